import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  coefficientOfVariation,
  mean,
  median,
  quantile,
  scaledMad,
  standardDeviation,
} from '../../../controller/src/analyse/describe.ts';

const oneToTen = Array.from({ length: 10 }, (_, i) => i + 1);
const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('quantile', () => {
  it.each([
    [0.25, 3.25],
    [0.9, 9.1],
    [0.95, 9.55],
    [0, 1],
    [1, 10],
  ])('of type 7 at %d of 1 to 10 is %d', (probability, expected) => {
    expect(quantile(oneToTen, probability)).toBeCloseTo(expected, 12);
  });

  it('lies between the extremes and ignores the order', () => {
    const values = fc.array(finite, { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, probability) => {
        const value = quantile(list, probability);
        expect(value).toBeGreaterThanOrEqual(Math.min(...list));
        expect(value).toBeLessThanOrEqual(Math.max(...list) + 1e-9);
        expect(quantile([...list].reverse(), probability)).toBe(value);
      }),
    );
  });

  it('refuses an empty list', () => {
    expect(() => quantile([], 0.5)).toThrow('at least one value');
  });
});

describe('spread', () => {
  it('scales the median absolute deviation to sigma', () => {
    expect(scaledMad([1, 1, 2, 2, 4, 6, 9])).toBeCloseTo(1.4826, 12);
  });

  it('divides by n - 1', () => {
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(mean([1, 2, 6])).toBe(3);
    expect(median([1, 2, 6])).toBe(2);
  });

  it('has no variation in one value or in equal values, even zeros', () => {
    expect(coefficientOfVariation([3])).toBe(0);
    expect(coefficientOfVariation([0, 0])).toBe(0);
    expect(coefficientOfVariation([-1, 1])).toBe(Number.POSITIVE_INFINITY);
  });
});
