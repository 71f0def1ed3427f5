import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { binomialInterval } from '../../../controller/src/analyse/binomial-interval.ts';
import { logGamma } from '../../../controller/src/analyse/special-functions.ts';

/** P(X <= count), summed term by term: independent of the beta function. */
function cumulative(count: number, trials: number, share: number): number {
  let sum = 0;
  for (let k = 0; k <= count; k++) {
    const logChoose = logGamma(trials + 1) - logGamma(k + 1) - logGamma(trials - k + 1);
    sum += Math.exp(logChoose + k * Math.log(share) + (trials - k) * Math.log1p(-share));
  }
  return sum;
}

const cases = fc
  .integer({ min: 1, max: 3000 })
  .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)));

describe('binomialInterval', () => {
  it('is that of R for the peas of Mendel: binom.test(682, 925)', () => {
    const { low, high } = binomialInterval(682, 925, 0.95);
    expect(low).toBeCloseTo(0.7076683, 7);
    expect(high).toBeCloseTo(0.7654066, 7);
  });

  it.each([1, 10, 2000, 100_000])('has the closed form for none and for all of %d', (trials) => {
    const edge = 0.005 ** (1 / trials);
    const none = binomialInterval(0, trials, 0.99);
    const all = binomialInterval(trials, trials, 0.99);
    expect([none.low, all.high]).toEqual([0, 1]);
    expect(none.high).toBeCloseTo(1 - edge, 10);
    expect(all.low).toBeCloseTo(edge, 10);
  });

  it('tells 0.1 % from 0.5 % with 6,000 packets', () => {
    expect(binomialInterval(6, 6000, 0.99).high).toBeLessThan(0.005);
    expect(binomialInterval(30, 6000, 0.99).low).toBeGreaterThan(0.001);
  });

  it('leaves half a per cent beyond each end', () => {
    fc.assert(
      fc.property(cases, ([count, trials]) => {
        const { low, high } = binomialInterval(count, trials, 0.99);
        if (count > 0) expect(1 - cumulative(count - 1, trials, low)).toBeCloseTo(0.005, 8);
        if (count < trials) expect(cumulative(count, trials, high)).toBeCloseTo(0.005, 8);
      }),
      { numRuns: 60 },
    );
  });

  it('holds what was counted, mirrors, and narrows with less confidence', () => {
    fc.assert(
      fc.property(cases, ([count, trials]) => {
        const wide = binomialInterval(count, trials, 0.99);
        const narrow = binomialInterval(count, trials, 0.9);
        const mirrored = binomialInterval(trials - count, trials, 0.99);
        expect(wide.low).toBeLessThanOrEqual(count / trials);
        expect(wide.high).toBeGreaterThanOrEqual(count / trials);
        expect(wide.low).toBeLessThanOrEqual(narrow.low);
        expect(wide.high).toBeGreaterThanOrEqual(narrow.high);
        expect(mirrored.low).toBeCloseTo(1 - wide.high, 9);
      }),
    );
  });

  it.each([
    [1, 0, 0.99],
    [3, 2, 0.99],
    [-1, 2, 0.99],
    [1, 2, 1],
  ])('refuses %d of %d at %d', (count, trials, confidence) => {
    expect(() => binomialInterval(count, trials, confidence)).toThrow();
  });
});
