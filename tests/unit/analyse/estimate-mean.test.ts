import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateMean, ratioBounds } from '../../../controller/src/analyse/estimate-mean.ts';
import { createPrng } from '../../../controller/src/lib/prng.ts';

/** Positive values, far enough from 0 and infinity that rounding does not decide. */
const positive = fc.array(fc.double({ min: 0.1, max: 1e6, noNaN: true }), {
  minLength: 3,
  maxLength: 12,
});

describe('estimateMean', () => {
  it('gives the t interval of five repetitions', () => {
    const estimate = estimateMean([100, 104, 98, 101, 97]);
    expect(estimate?.scale).toBe('linear');
    expect(estimate?.mean).toBe(100);
    expect(estimate?.interval?.low).toBeCloseTo(96.5995630967, 9);
    expect(estimate?.interval?.high).toBeCloseTo(103.4004369033, 9);
  });

  it('gives the t interval of ten repetitions', () => {
    const estimate = estimateMean([95, 101, 99, 104, 98, 102, 97, 100, 103, 96]);
    expect(estimate?.interval?.low).toBeCloseTo(97.3341494103, 9);
    expect(estimate?.interval?.high).toBeCloseTo(101.6658505897, 9);
  });

  it('works on logarithms when the values spread by more than 10 %', () => {
    // 2^-1, 2^0, 2^1: mean of logs 0, s = ln 2, t(.975, 2) = 4.30265.
    const estimate = estimateMean([0.5, 1, 2]);
    const half = (4.302652729696 * Math.LN2) / Math.sqrt(3);
    expect(estimate?.scale).toBe('log');
    expect(estimate?.mean).toBeCloseTo(3.5 / 3, 12);
    expect(estimate?.interval?.low).toBeCloseTo(Math.exp(-half), 9);
    expect(estimate?.interval?.high).toBeCloseTo(Math.exp(half), 9);
  });

  it('gives two repetitions their values and no interval', () => {
    const values = [4300, 2900];
    expect(estimateMean(values)).toEqual({ mean: 3600, interval: null, scale: 'linear', values });
    expect(estimateMean([4300, 2900, 3500])?.interval).not.toBeNull();
  });

  it('gives one repetition no interval, and none no estimate', () => {
    expect(estimateMean([5])).toEqual({ mean: 5, interval: null, scale: 'linear', values: [5] });
    expect(estimateMean([])).toBeNull();
  });

  it('never leaves what the quantity can be', () => {
    expect(estimateMean([0, 0, 3])?.interval?.low).toBe(0);
    expect(estimateMean([0.99, 1, 0.97], ratioBounds)?.interval?.high).toBe(1);
  });

  it('scales with its unit and ignores the order', () => {
    fc.assert(
      fc.property(positive, fc.double({ min: 0.01, max: 100, noNaN: true }), (values, factor) => {
        const one = estimateMean(values);
        const other = estimateMean([...values].reverse().map((value) => value * factor));
        fc.pre(one?.scale === other?.scale);
        const relative = (other?.mean ?? 0) / ((one?.mean ?? 1) * factor);
        expect(relative).toBeCloseTo(1, 9);
        const high = (other?.interval?.high ?? 0) / ((one?.interval?.high ?? 1) * factor);
        expect(high).toBeCloseTo(1, 6);
      }),
    );
  });

  it('covers the true mean of normal noise in about 95 % of series', () => {
    const prng = createPrng(11);
    const gaussian = (): number =>
      Math.sqrt(-2 * Math.log(1 - prng.next())) * Math.cos(2 * Math.PI * prng.next());
    let covered = 0;
    for (let trial = 0; trial < 4000; trial++) {
      const values = Array.from({ length: 4 }, () => 100 + 3 * gaussian());
      const interval = estimateMean(values)?.interval;
      if (interval && interval.low <= 100 && interval.high >= 100) covered++;
    }
    expect(covered / 4000).toBeGreaterThan(0.935);
    expect(covered / 4000).toBeLessThan(0.965);
  });
});
