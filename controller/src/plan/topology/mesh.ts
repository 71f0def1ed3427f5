import type { Edge } from '../../model/topology.ts';
import { EdgeSet } from './edge-set.ts';

/**
 * A circulant graph: node i is linked to i ± d for half as many distances d as it has links. The
 * distances grow geometrically from 1, as in a distributed loop network (Bermond, Comellas and Hsu
 * 1995), so that the diameter grows with a root of n and every node is in the same place as every other.
 * An odd degree adds the opposite node; with an odd number of nodes one of them has no opposite.
 */
export function mesh(nodeCount: number, degree: number): Edge[] {
  const edges = new EdgeSet(nodeCount);
  for (const distance of distancesOf(nodeCount, Math.floor(degree / 2))) {
    for (let node = 0; node < nodeCount; node += 1) edges.add(node, (node + distance) % nodeCount);
  }
  if (degree % 2 === 1) addOpposites(edges, nodeCount);
  return edges.sorted();
}

/** Distinct, ascending, from 1; fewer only where there are no more. */
function distancesOf(nodeCount: number, count: number): number[] {
  const longest = Math.floor((nodeCount - 1) / 2);
  const distances: number[] = [];
  for (let step = 0; step < count && distances.length < longest; step += 1) {
    const wished = Math.round(nodeCount ** (step / count));
    const left = count - step - 1;
    const distance = Math.max(wished, (distances.at(-1) ?? 0) + 1);
    distances.push(Math.min(distance, Math.max(longest - left, (distances.at(-1) ?? 0) + 1)));
  }
  return distances;
}

/** Pairs each node that has no further partner yet with the next free one half way round. */
function addOpposites(edges: EdgeSet, nodeCount: number): void {
  const half = Math.floor(nodeCount / 2);
  const isPaired = new Uint8Array(nodeCount);
  for (let node = 0; node < half; node += 1) {
    const opposite = node + half;
    if (isPaired[node] === 1 || isPaired[opposite] === 1) continue;
    if (!edges.add(node, opposite)) continue;
    isPaired[node] = 1;
    isPaired[opposite] = 1;
  }
}
