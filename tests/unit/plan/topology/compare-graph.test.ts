import { describe, expect, it } from '@jest/globals';
import type { Edge } from '../../../../controller/src/model/topology.ts';
import { compareGraph } from '../../../../controller/src/plan/topology/compare-graph.ts';

const ring: readonly Edge[] = [
  [0, 1],
  [0, 3],
  [1, 2],
  [2, 3],
];

describe('compareGraph', () => {
  it('finds a ring as planned', () => {
    const told = [
      [1, 3],
      [0, 2],
      [1, 3],
      [0, 2],
    ];
    expect(compareGraph(ring, told)).toEqual({ silent: [], kept: ring, missing: [], extra: [] });
  });

  it('names what one end lacks, and what one end has too much', () => {
    const told = [[1, 2, 3], [0, 2], [1], [0, 2]];
    expect(compareGraph(ring, told)).toEqual({
      silent: [],
      kept: [
        [0, 1],
        [0, 3],
        [1, 2],
      ],
      missing: [[2, 3]],
      extra: [[0, 2]],
    });
  });

  it('takes the word of the other end for a silent one, and says nothing of two silent ones', () => {
    expect(compareGraph(ring, [[1], [0, 2], null, null])).toEqual({
      silent: [2, 3],
      kept: [
        [0, 1],
        [1, 2],
      ],
      missing: [[0, 3]],
      extra: [],
    });
  });

  it('has every pair planned where there are no edges', () => {
    expect(compareGraph(undefined, [[1, 2], [0], [0]]).missing).toEqual([[1, 2]]);
  });
});
