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
  const away = remember((node) => spread(network, node, link));
  const home = remember((node) => spread(network, node, (a, b) => link(b, a)));
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

/** Shortest paths from one node (Dijkstra); where everybody has a link to everybody, the links. */
function spread({ edges, regionOf }: CellNetwork, start: number, link: LinkDelay): Float64Array {
  const count = regionOf.length;
  if (edges === undefined) return Float64Array.from(regionOf, (_, node) => link(start, node));
  const neighbours = Array.from({ length: count }, (): number[] => []);
  for (const [a, b] of edges) {
    neighbours[a]?.push(b);
    neighbours[b]?.push(a);
  }
  const delays = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const isDone = new Uint8Array(count);
  delays[start] = 0;
  for (let round = 0; round < count; round++) {
    const nearest = nearestOpen(delays, isDone);
    if (nearest === null) break;
    isDone[nearest] = 1;
    for (const next of neighbours[nearest] ?? []) {
      const over = (delays[nearest] ?? 0) + link(nearest, next);
      if (over < (delays[next] ?? 0)) delays[next] = over;
    }
  }
  return delays;
}

function nearestOpen(delays: Float64Array, isDone: Uint8Array): number | null {
  let found: number | null = null;
  for (const [node, delay] of delays.entries()) {
    if (isDone[node] === 1 || delay === Number.POSITIVE_INFINITY) continue;
    if (found === null || delay < (delays[found] ?? 0)) found = node;
  }
  return found;
}

function remember(compute: (node: number) => Float64Array): (node: number) => Float64Array {
  const known = new Map<number, Float64Array>();
  return (node) => {
    const held = known.get(node) ?? compute(node);
    known.set(node, held);
    return held;
  };
}
