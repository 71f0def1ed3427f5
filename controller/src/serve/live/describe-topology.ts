/** The network of a cell as the page draws it. Pure. */
import type { CellNetwork } from '../../model/network.ts';
import type { Cell } from '../../model/plan.ts';
import { placeOf } from '../../model/planned-node.ts';
import { wordCell } from '../../model/word-cell.ts';
import type { Topology } from '../api/live.ts';

export function describeTopology(cell: Cell, scrapePeriodMs: number): Topology {
  const { regions, regionOf, edges, initial } = cell.network;
  return {
    cellId: cell.id,
    title: wordCell(cell),
    regions: regions.map(({ name }) => name),
    regionOf: [...regionOf],
    edges: edges === undefined ? null : edges.map(([a, b]): [number, number] => [a, b]),
    roundTripMs:
      cell.settings.shaper === 'none'
        ? cell.nodes.map(() => null)
        : medianRoundTrips(cell.network, roundTripsOf(initial.links)),
    quorum: cell.quorum,
    events: cell.timeline.map(({ atMs, endMs, text }) => ({ atMs, endMs, text })),
    scrapePeriodMs,
  };
}

/** Region of a node, as labels say it. */
export function regionOfNode(cell: Cell, nodeIndex: number): string {
  const node = cell.nodes[nodeIndex];
  return node === undefined ? '' : placeOf(node);
}

/** There and back between two regions: `from to`. */
function roundTripsOf(links: CellNetwork['initial']['links']): ReadonlyMap<string, number> {
  const oneWay = new Map(links.map(({ from, to, shape }) => [`${from} ${to}`, shape.delay.meanMs]));
  return new Map(
    links.map(({ from, to }) => [
      `${from} ${to}`,
      (oneWay.get(`${from} ${to}`) ?? 0) + (oneWay.get(`${to} ${from}`) ?? 0),
    ]),
  );
}

/** To all other nodes, each counted: a region of many weighs as many. By region, since its nodes are alike. */
function medianRoundTrips(
  { regions, regionOf }: CellNetwork,
  roundTrips: ReadonlyMap<string, number>,
): (number | null)[] {
  const ofRegion = regions.map(({ index, nodes }) => {
    if (nodes.length === 0) return null;
    const times = regions.flatMap((other) => {
      const peers = other.nodes.length - (other.index === index ? 1 : 0);
      const ms = roundTrips.get(`${index} ${other.index}`) ?? 0;
      return Array.from({ length: peers }, () => ms);
    });
    times.sort((a, b) => a - b);
    return times[Math.floor((times.length - 1) / 2)] ?? null;
  });
  return regionOf.map((region) => ofRegion[region] ?? null);
}
