import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  acceptedCounts,
  atLeast,
  atMost,
  leastAccepted,
  quantileInterval,
} from '../../../controller/src/verify/binomial.ts';

describe('the tails of the binomial distribution', () => {
  it('are those that R gives', () => {
    // 1 - pbinom(13, 3000, .002); pbinom(2, 20, .3); dbinom(10, 10, .5)
    expect(atLeast(14, 3000, 0.002)).toBeCloseTo(0.0036, 4);
    expect(atMost(2, 20, 0.3)).toBeCloseTo(0.0354831, 7);
    expect(atLeast(10, 10, 0.5)).toBeCloseTo(1 / 1024, 12);
  });

  it('add up to one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (size, ratio, share) => {
          const count = Math.floor(share * size);
          expect(atMost(count, size, ratio) + atLeast(count + 1, size, ratio)).toBeCloseTo(1, 9);
        },
      ),
    );
  });
});

describe('acceptedCounts', () => {
  it('are those whose Clopper-Pearson interval holds the ratio', () => {
    // binom.test(3, 1000, conf.level = .99)$conf.int is .00034 to .01091; of 4: .00067 to .01253.
    const accepted = acceptedCounts(1000, { low: 0.011, high: 0.011 }, { level: 0.01 });
    expect(accepted.low).toBe(4);
    // Of 0 it is 0 to .00528.
    expect(acceptedCounts(1000, { low: 0.0052, high: 0.0052 }, { level: 0.01 }).low).toBe(0);
    expect(acceptedCounts(1000, { low: 0.0054, high: 0.0054 }, { level: 0.01 }).low).toBe(1);
  });

  it('tell 0.1 % from 0.5 % in each direction after 3,000 round trips', () => {
    const { low, high } = acceptedCounts(3000, { low: 0.002, high: 0.002 }, { level: 0.01 });
    expect(atMost(high, 3000, 1 - 0.995 ** 2)).toBeLessThan(0.005);
    expect(atLeast(high + 1, 3000, 0.002)).toBeLessThan(0.005);
    expect(low).toBe(1);
  });

  it('allow for dependence, which widens them', () => {
    const held = { low: 0.05, high: 0.05 };
    const plain = acceptedCounts(2000, held, { level: 0.01 });
    const bursty = acceptedCounts(2000, held, { level: 0.01, inflation: 9 });
    const deviations = (high: number): number => (high - 100) / Math.sqrt(95);
    expect(deviations(bursty.high) / deviations(plain.high)).toBeGreaterThan(2.7);
    expect(bursty.low).toBeLessThan(plain.low);
  });

  it('are anything at all where anything is held possible', () => {
    expect(acceptedCounts(50, { low: 0, high: 1 }, { level: 0.01 })).toEqual({ low: 0, high: 50 });
  });
});

describe('leastAccepted', () => {
  it('is the least count that does not speak against the share', () => {
    const least = leastAccepted(200, 0.9, { level: 0.01 });
    expect(atMost(least, 200, 0.9)).toBeGreaterThan(0.01);
    expect(atMost(least - 1, 200, 0.9)).toBeLessThanOrEqual(0.01);
  });
});

describe('quantileInterval', () => {
  const upTo = (size: number): number[] => Array.from({ length: size }, (_, index) => index + 1);
  const half = { low: 0.5, high: 0.5 };

  it('has the ranks of the tables', () => {
    // 95 %: n = 10 from x2 to x9, n = 6 from the least to the most, n = 5 none.
    expect(quantileInterval(upTo(10), half, { level: 0.05 })).toEqual({ low: 2, high: 9 });
    expect(quantileInterval(upTo(6), half, { level: 0.05 })).toEqual({ low: 1, high: 6 });
    expect(quantileInterval(upTo(5), half, { level: 0.05 })).toEqual({
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    });
  });

  it('is wider for a sample that depends on itself', () => {
    const plain = quantileInterval(upTo(400), half, { level: 0.01 });
    const dependent = quantileInterval(upTo(400), half, { level: 0.01, inflation: 4 });
    expect(dependent.high - dependent.low).toBeGreaterThan(1.9 * (plain.high - plain.low));
  });

  it('reaches from one quantile to the other where it is not known which of them is meant', () => {
    const { low, high } = quantileInterval(upTo(1000), { low: 0.3, high: 0.5 }, { level: 0.01 });
    expect(low).toBeLessThan(300);
    expect(low).toBeGreaterThan(240);
    expect(high).toBeGreaterThan(500);
    expect(high).toBeLessThan(560);
  });
});
