import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { linearFromZero, logarithmic } from '../../../../controller/src/report/html/scale.ts';

const options = { from: 200, to: 0, format: String };

describe('linearFromZero', () => {
  it('ends at a round number at or above the largest value', () => {
    expect(linearFromZero(2003, options).ticks.map(({ value }) => value)).toEqual([
      0, 500, 1000, 1500, 2000, 2500,
    ]);
    expect(linearFromZero(600, options).ticks.at(-1)?.value).toBe(600);
  });

  it('covers every value with three to eight ticks', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (max) => {
        const scale = linearFromZero(max, options);
        expect(scale.position(max)).toBeGreaterThanOrEqual(-1e-6);
        expect(scale.position(0)).toBe(200);
        expect(scale.ticks.length).toBeGreaterThanOrEqual(3);
        expect(scale.ticks.length).toBeLessThanOrEqual(8);
      }),
    );
  });

  it('draws an axis even if all is 0', () => {
    expect(linearFromZero(0, options).ticks.length).toBeGreaterThan(2);
  });
});

describe('logarithmic', () => {
  it('labels 1, 2 and 5, or powers of ten where there are many', () => {
    expect(logarithmic(6, 120, options).ticks.map(({ value }) => value)).toEqual([
      5, 10, 20, 50, 100, 200,
    ]);
    expect(logarithmic(6, 5000, options).ticks.map(({ value }) => value)).toEqual([10, 100, 1000]);
    expect(logarithmic(0.02, 0.3, options).ticks.map(({ value }) => value)).toEqual([
      0.02, 0.05, 0.1, 0.2, 0.5,
    ]);
  });

  it('covers every value between its ends, in order', () => {
    const positive = fc.double({ min: 1e-4, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(positive, positive, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const scale = logarithmic(low, high, options);
        expect(scale.position(low)).toBeLessThanOrEqual(200 + 1e-6);
        expect(scale.position(high)).toBeGreaterThanOrEqual(-1e-6);
        expect(scale.position(low)).toBeGreaterThanOrEqual(scale.position(high));
        expect(scale.ticks.length).toBeGreaterThan(0);
      }),
    );
  });
});
