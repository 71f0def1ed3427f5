import { describe, expect, it } from '@jest/globals';
import type { TopologySpec } from '../../../../controller/src/model/topology.ts';
import { createGraph } from '../../../../controller/src/plan/topology/create-graph.ts';
import { measureGraph } from '../../../../controller/src/plan/topology/measure-graph.ts';

const specs: readonly TopologySpec[] = [
  { kind: 'full' },
  { kind: 'ring' },
  { kind: 'star' },
  { kind: 'mesh', degree: 3 },
  { kind: 'mesh', degree: 4 },
  { kind: 'mesh', degree: 8 },
  { kind: 'hierarchical', groupSize: 4, branching: 2 },
  { kind: 'random', degree: 3, seed: 5 },
  { kind: 'random', degree: 6, seed: 5 },
];

describe('topologies', () => {
  it.each(specs)('$kind is connected, without loops and doubles, at every size', (spec) => {
    for (const nodeCount of [1, 2, 3, 4, 5, 6, 7, 9, 16, 31, 64]) {
      const graph = createGraph(spec, nodeCount);
      if (graph === undefined) continue;
      const { edges, figures } = graph;
      expect(edges.every(([a, b]) => a < b && b < nodeCount && a >= 0)).toBe(true);
      expect(new Set(edges.map(String)).size).toBe(edges.length);
      expect(measureGraph(nodeCount, edges).unreached).toEqual([]);
      if ('degree' in spec) expect(figures.degreeMax).toBeLessThanOrEqual(spec.degree);
    }
  });

  it('have the figures of the textbook', () => {
    const of = (spec: TopologySpec, n: number) => {
      const { edges = [], figures } = createGraph(spec, n) ?? {};
      const { degreeMin, degreeMax, diameter, hopsMean = 0 } = figures ?? {};
      return [edges.length, degreeMin, degreeMax, diameter, Number(hopsMean.toFixed(3))];
    };
    expect(of({ kind: 'ring' }, 16)).toEqual([16, 2, 2, 8, 4.267]);
    expect(of({ kind: 'star' }, 16)).toEqual([15, 1, 15, 2, 1.875]);
    expect(createGraph({ kind: 'full' }, 16)).toBeUndefined();
    expect(createGraph({ kind: 'mesh', degree: 15 }, 16)).toBeUndefined();
    expect(of({ kind: 'mesh', degree: 4 }, 16)).toEqual([32, 4, 4, 3, 2]);
    expect(of({ kind: 'hierarchical', groupSize: 4, branching: 2 }, 8)).toEqual([
      13, 3, 4, 3, 1.857,
    ]);
  });

  it('of chance are the same for a seed and others for another', () => {
    const at = (seed: number) => createGraph({ kind: 'random', degree: 4, seed }, 20)?.edges;
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
  });

  it('of 1,000 nodes are made in no time', () => {
    const graph = createGraph({ kind: 'random', degree: 8, seed: 1 }, 1000);
    expect(graph?.figures.degreeMin).toBeGreaterThanOrEqual(7);
    expect(graph?.figures.diameter).toBeLessThanOrEqual(5);
  });
});
