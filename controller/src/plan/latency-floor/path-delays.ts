import type { CellNetwork } from '../../model/network.ts';
import { delayQuantileMs } from '../delay-quantile.ts';

/** The least time from node to node of a network: over its link, or over relays where it has none. */
export interface PathDelays {
  readonly nodeCount: number;
  /** From one node to every node, in ms; 0 to itself. */
  from(node: number): Float64Array;
  /** From every node to one. */
  to(node: number): Float64Array;
}

/** Median delays of the network as it is at first; what rates, loss and queues add comes on top. */
export function pathDelays(network: CellNetwork): PathDelays {
  const link = linkDelays(network);
  const nodeCount = network.regionOf.length;
  const neighbours = neighboursOf(network);
  const away = remember((node) => spread(network, neighbours, node, link));
  const home = remember((node) => spread(network, neighbours, node, (a, b) => link(b, a)));
  return { nodeCount, from: away, to: home };
}

type LinkDelay = (from: number, to: number) => number;

function linkDelays({ initial, regionOf, regions }: CellNetwork): LinkDelay {
  const count = regions.length;
  const medians = new Float64Array(count * count);
  for (const { from, to, shape } of initial.links) {
    medians[from * count + to] = delayQuantileMs(shape.delay, 0.5);
  }
  return (a, b) => (a === b ? 0 : (medians[(regionOf[a] ?? 0) * count + (regionOf[b] ?? 0)] ?? 0));
}

/** Shortest paths from one node; where everybody has a link to everybody, the links themselves. */
function spread(
  { regionOf }: CellNetwork,
  neighbours: Neighbours | null,
  start: number,
  link: LinkDelay,
): Float64Array {
  if (neighbours === null) return Float64Array.from(regionOf, (_, node) => link(start, node));
  const delays = new Float64Array(regionOf.length).fill(Number.POSITIVE_INFINITY);
  delays[start] = 0;
  // Whoever became nearer tells its neighbours: every path gets shorter with each word, so it ends.
  let changed: number[] = [start];
  while (changed.length > 0) {
    const next = new Set<number>();
    for (const node of changed) {
      const here = delays[node] ?? 0;
      for (const neighbour of neighbours[node] ?? []) {
        const over = here + link(node, neighbour);
        if (over >= (delays[neighbour] ?? 0)) continue;
        delays[neighbour] = over;
        next.add(neighbour);
      }
    }
    changed = [...next];
  }
  return delays;
}

type Neighbours = readonly (readonly number[])[];

function neighboursOf({ edges, regionOf }: CellNetwork): Neighbours | null {
  if (edges === undefined) return null;
  const neighbours = regionOf.map((): number[] => []);
  for (const [a, b] of edges) {
    neighbours[a]?.push(b);
    neighbours[b]?.push(a);
  }
  return neighbours;
}

function remember(compute: (node: number) => Float64Array): (node: number) => Float64Array {
  const known = new Map<number, Float64Array>();
  return (node) => {
    const held = known.get(node) ?? compute(node);
    known.set(node, held);
    return held;
  };
}
