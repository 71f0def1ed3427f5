import { describe, expect, it } from '@jest/globals';
import { createPrng, shuffle } from '../../../controller/src/lib/prng.ts';

describe('createPrng', () => {
  it('gives the same stream for the same seed and another for another', () => {
    const stream = (seed: number) => {
      const prng = createPrng(seed);
      return Array.from({ length: 5 }, () => prng.next());
    };
    expect(stream(7)).toEqual(stream(7));
    expect(stream(7)).not.toEqual(stream(8));
  });

  it('is uniform: chi-squared over 16 bins stays below its 99.9 % quantile', () => {
    const bins = new Array<number>(16).fill(0);
    const prng = createPrng(1);
    const draws = 160_000;
    for (let i = 0; i < draws; i++) {
      const bin = prng.below(16);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const expected = draws / 16;
    const chiSquared = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquared).toBeLessThan(37.7);
  });
});

describe('shuffle', () => {
  it('is a permutation and leaves its input alone', () => {
    const items = Object.freeze([1, 2, 3, 4, 5, 6, 7, 8]);
    const shuffled = shuffle(items, createPrng(3));
    expect([...shuffled].sort()).toEqual([...items]);
    expect(shuffled).not.toEqual(items);
  });
});
