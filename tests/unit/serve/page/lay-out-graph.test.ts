import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { layOutGraph } from '../../../../controller/src/serve/page/logic/lay-out-graph.ts';

const base = { cellId: 'n', title: '', quorum: 1, events: [], scrapePeriodMs: 1000 };

function topologyOf(size: number, regions: number) {
  return {
    ...base,
    regions: Array.from({ length: regions }, (_, index) => `region-${index}`),
    regionOf: Array.from({ length: size }, (_, node) => node % regions),
    roundTripMs: [],
    edges: null,
  };
}

describe('layOutGraph', () => {
  it('draws every node inside, and no two at one place', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 250 }),
        fc.integer({ min: 1, max: 12 }),
        (size, regions) => {
          const { nodes, width, height, nodeRadius } = layOutGraph(topologyOf(size, regions));
          expect(nodes).toHaveLength(size);
          expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(size);
          for (const { x, y } of nodes) {
            expect(x - nodeRadius > 0 && x + nodeRadius < width).toBe(true);
            expect(y - nodeRadius > 0 && y + nodeRadius < height).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('draws links while they can be told apart', () => {
    expect(layOutGraph(topologyOf(4, 1)).links.split('M')).toHaveLength(1 + 6);
    expect(layOutGraph(topologyOf(200, 1)).links).toBe('');
    expect(layOutGraph({ ...topologyOf(200, 1), edges: [[0, 1]] }).links).toMatch(
      /^M[\d.]+ [\d.]+L/,
    );
  });
});
