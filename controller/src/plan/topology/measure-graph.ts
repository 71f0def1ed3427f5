import type { Edge, GraphFigures } from '../../model/topology.ts';

export interface Graph extends GraphFigures {
  /** Nodes that have no path to node 0. */
  readonly unreached: readonly number[];
}

/** Degrees and distances of a graph; the latter over the pairs that are connected. O(n · edges). */
export function measureGraph(nodeCount: number, edges: readonly Edge[]): Graph {
  const neighbours: number[][] = Array.from({ length: nodeCount }, () => []);
  for (const [a, b] of edges) {
    neighbours[a]?.push(b);
    neighbours[b]?.push(a);
  }
  const degrees = neighbours.map(({ length }) => length);
  const distances = Array.from({ length: nodeCount }, (_, node) => distancesFrom(node, neighbours));
  const paths = distances.flatMap((row) => row.filter((hops) => hops > 0));
  return {
    degreeMin: Math.min(...degrees),
    degreeMax: Math.max(...degrees),
    diameter: paths.reduce((most, hops) => Math.max(most, hops), 0),
    hopsMean: paths.length === 0 ? 0 : paths.reduce((sum, hops) => sum + hops, 0) / paths.length,
    unreached: (distances[0] ?? []).flatMap((hops, node) => (hops === -1 ? [node] : [])),
  };
}

/** Links to each node, -1 where there is no path. */
export function distancesFrom(
  start: number,
  neighbours: readonly (readonly number[])[],
): readonly number[] {
  const distances = neighbours.map(() => -1);
  distances[start] = 0;
  const queue = [start];
  for (const at of queue) {
    for (const to of neighbours[at] ?? []) {
      if (distances[to] !== -1) continue;
      distances[to] = (distances[at] ?? 0) + 1;
      queue.push(to);
    }
  }
  return distances;
}
