import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mannKendall, theilSenSlope, welchP } from '../../../controller/src/analyse/trend-tests.ts';

const rising = [1, 2.3, 3.1, 4.5, 5.2, 6.8, 7.1, 8.9, 9.5, 10.2];

describe('mannKendall', () => {
  it('gives the exact p of ten values without ties', () => {
    const result = mannKendall([65.3, 70.1, 64, 71.9, 66.2, 73.1, 70.4, 69, 74, 72.2]);
    expect(result.s).toBe(21);
    expect(result.tau).toBeCloseTo(0.4666667, 7);
    expect(result.p).toBeCloseTo(0.07255015, 7);
  });

  it('gives the smallest possible p to a series that only rises', () => {
    expect(mannKendall(rising).p / 5.511463845e-7).toBeCloseTo(1, 8);
    expect(mannKendall([1, 2, 3, 4, 5]).p).toBeCloseTo(0.0167, 4);
    expect(mannKendall([1, 2, 3, 4]).p).toBeCloseTo(0.083, 3);
  });

  it('corrects the variance for ties', () => {
    // var = (5*4*15 - 2*1*9) / 18 = 15.6667, z = (7 - 1) / 3.9581 = 1.5159.
    const { s, p } = mannKendall([1, 1, 3, 2, 4]);
    expect(s).toBe(7);
    expect(p).toBeCloseTo(0.1296, 4);
  });

  it('finds nothing in a constant series', () => {
    expect(mannKendall(new Array(12).fill(5))).toEqual({ s: 0, tau: 0, p: 1 });
  });

  it('approaches the normal distribution continuously beyond 30 values', () => {
    const series = Array.from({ length: 30 }, (_, i) => ((i * 7) % 30) + i * 0.21);
    const longer = [...series, 15.5];
    expect(mannKendall(series).p).toBeGreaterThan(0);
    expect(Math.abs(mannKendall(series).p - mannKendall(longer).p)).toBeLessThan(0.1);
  });

  it('changes sign, not p, when time runs backwards', () => {
    const series = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 3, maxLength: 25 });
    fc.assert(
      fc.property(series, (values) => {
        const forward = mannKendall(values);
        const backward = mannKendall([...values].reverse());
        expect(backward.s + forward.s).toBe(0);
        expect(backward.p).toBeCloseTo(forward.p, 12);
      }),
    );
  });
});

describe('theilSenSlope', () => {
  it('is the median of the slopes of all pairs', () => {
    expect(theilSenSlope(rising)).toBeCloseTo(1.05, 12);
  });

  it('ignores one wild value', () => {
    expect(theilSenSlope([0, 1, 2, 900, 4, 5, 6])).toBe(1);
  });
});

describe('welchP', () => {
  it('gives the p of the benchstat example', () => {
    const before = [1726, 1723, 1707, 1707, 1713, 1729, 1736, 1707, 1705, 1774];
    const after = [1423, 1416, 1411, 1413, 1412, 1426, 1422, 1424, 1447, 1425];
    expect(welchP(before, after) / 3.20906e-15).toBeCloseTo(1, 4);
  });

  it('decides constant samples by their difference', () => {
    expect(welchP([1, 1], [1, 1])).toBe(1);
    expect(welchP([1, 1], [2, 2])).toBe(0);
  });
});
