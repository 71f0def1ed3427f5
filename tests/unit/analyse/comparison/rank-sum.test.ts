import { describe, expect, it } from '@jest/globals';
import {
  hodgesLehmann,
  rankSumTest,
} from '../../../../controller/src/analyse/comparison/rank-sum.ts';

/** Vectors T4, T6 and T7 of the design: scipy, Go x/perf, benchstat. */
describe('rankSumTest', () => {
  it('T4: agrees with the example of scipy', () => {
    const found = rankSumTest([19, 22, 16, 29, 24], [20, 11, 17, 12]);
    expect(found.u).toBe(17);
    expect(found.p).toBeCloseTo(0.1111111111, 10);
    expect(found.isExact).toBe(true);
  });

  it('T6: counts ties as they are, where Go does not', () => {
    const x = [2, 1, 3, 5];
    const of = (y: number[]) => rankSumTest(x, y);
    expect(of([12, 11, 13, 15])).toMatchObject({ u: 0 });
    expect(of([12, 11, 13, 15]).p).toBeCloseTo(0.0285714286, 10);
    expect(of([0, 4, 6, 7])).toMatchObject({ u: 5 });
    expect(of([0, 4, 6, 7]).p).toBeCloseTo(0.4857142857, 10);
    expect(of([2, 2, 2, 2])).toMatchObject({ u: 10 });
    expect(of([2, 2, 2, 2]).p).toBeCloseTo(0.7142857143, 10);
    expect(of([1, 1, 1, 1, 1])).toMatchObject({ u: 17.5 });
    expect(of([1, 1, 1, 1, 1]).p).toBeCloseTo(0.0476190476, 10);
  });

  it('T7: benchstat, json', () => {
    const older = [1726, 1723, 1707, 1707, 1713, 1729, 1736, 1707, 1705, 1774];
    const newer = [1423, 1416, 1411, 1413, 1412, 1426, 1422, 1424, 1447, 1425];
    const found = rankSumTest(older, newer);
    expect(found.u).toBe(100);
    expect(found.p).toBeCloseTo(1.0825088e-5, 12);
  });

  it('T7: benchstat, gob, exact in spite of ties', () => {
    const older = [3069, 3075, 3069, 3067, 3207, 3064, 3064, 3058, 3059, 3062];
    const newer = [3075, 3065, 3059, 3065, 3060, 3081, 3186, 3135, 3087, 3062];
    const found = rankSumTest(older, newer);
    expect(found.u).toBe(39.5);
    expect(found.p).toBeCloseTo(0.4461018857, 10);
  });

  it('uses a normal distribution beyond sixty values, close to the exact one', () => {
    const older = Array.from({ length: 31 }, (_, i) => i * 2);
    const newer = Array.from({ length: 31 }, (_, i) => i * 2 + 9);
    const wide = rankSumTest(older, newer);
    const exact = rankSumTest(older.slice(0, 30), newer.slice(0, 30));
    expect(wide.isExact).toBe(false);
    expect(exact.isExact).toBe(true);
    expect(Math.abs(wide.p - exact.p)).toBeLessThan(0.03);
  });
});

describe('hodgesLehmann', () => {
  it('gives the median of all differences between two order statistics', () => {
    const found = hodgesLehmann([1, 2, 3, 4, 5], [11, 12, 13, 14, 15]);
    expect(found.shift).toBe(10);
    // Of 25 differences the third from either end: P(U <= 2) = 4/252 < 2.5 % < 7/252 = P(U <= 3).
    expect(found.interval).toEqual({ low: 7, high: 13 });
  });

  it('has no interval for three against three', () => {
    expect(hodgesLehmann([1, 2, 3], [4, 5, 6]).interval).toBeNull();
    expect(hodgesLehmann([1, 2, 3, 4], [4, 5, 6, 7]).interval).toEqual({ low: 0, high: 6 });
  });
});
