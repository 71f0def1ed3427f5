import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { layOutAddresses } from '../../../controller/src/plan/lay-out-addresses.ts';

function regionsOf(sizes: readonly number[]): number[][] {
  let next = 0;
  return sizes.map((size) => Array.from({ length: size }, () => next++));
}

describe('layOutAddresses', () => {
  it('puts every region into a block of its own, the largest first', () => {
    expect(layOutAddresses(regionsOf([3, 5, 1]), false)).toEqual({
      addressing: { prefix: 26, offsets: [24, 25, 26, 16, 17, 18, 19, 20, 28] },
      blocks: [
        { offset: 24, prefix: 30 },
        { offset: 16, prefix: 29 },
        { offset: 28, prefix: 32 },
      ],
    });
  });

  it('leaves no gap in a network that nobody filters', () => {
    const { addressing, blocks } = layOutAddresses(regionsOf([1000]), true);
    expect(addressing.prefix).toBe(22);
    expect(addressing.offsets.slice(0, 3)).toEqual([16, 17, 18]);
    expect(blocks).toEqual([{ offset: 0, prefix: 22 }]);
  });

  it('takes a larger subnet rather than its broadcast address', () => {
    expect(layOutAddresses(regionsOf([32]), false).addressing.prefix).toBe(25);
    expect(layOutAddresses(regionsOf([47]), true).addressing.prefix).toBe(26);
    expect(layOutAddresses(regionsOf([48]), true).addressing.prefix).toBe(25);
  });

  it('keeps blocks aligned and apart, and addresses inside their block and usable', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sizes, fc.boolean(), (counts, compact) => {
        const regions = regionsOf(counts);
        const { addressing, blocks } = layOutAddresses(regions, compact);
        const { prefix, offsets } = addressing;
        const total = 2 ** (32 - prefix);
        const spans = blocks.map((block) => [
          block.offset,
          block.offset + 2 ** (32 - block.prefix),
        ]);
        for (const [index, [start = 0, end = 0]] of spans.entries()) {
          expect(start % (end - start)).toBe(0);
          expect(end).toBeLessThanOrEqual(total);
          for (const [otherStart = 0, otherEnd = 0] of spans.slice(index + 1)) {
            expect(end <= otherStart || otherEnd <= start).toBe(true);
          }
          for (const node of regions[index] ?? []) {
            const offset = offsets[node] ?? -1;
            expect(offset >= start && offset < end).toBe(true);
            expect(offset >= 16 && offset < total - 1).toBe(true);
          }
        }
        expect(new Set(offsets).size).toBe(offsets.length);
        expect(prefix).toBeLessThanOrEqual(26);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
