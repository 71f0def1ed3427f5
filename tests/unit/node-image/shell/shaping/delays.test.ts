import { describe, expect, it } from '@jest/globals';
import { createChance } from '../../../../../node-image/src/shell/shaping/chance.ts';
import { createDelays } from '../../../../../node-image/src/shell/shaping/delays.ts';

const SAMPLES = 40_000;

type Shape = Parameters<ReturnType<typeof createDelays>['next']>[0];

function sample(seed: string, shape: Shape): number[] {
  const delays = createDelays(createChance(seed));
  return Array.from({ length: SAMPLES }, () => delays.next(shape));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * sorted.length)] ?? Number.NaN;
}

const shape = {
  distribution: 'uniform',
  meanMs: 37.5,
  jitterMs: 12.5,
  correlationRatio: 0,
} as const;

describe.each(['delays 1', 'delays 2', 'delays 3'])('delays of seed "%s"', (seed) => {
  it('are always the mean when they are fixed, or have no jitter', () => {
    expect(new Set(sample(seed, { ...shape, distribution: 'fixed' }))).toEqual(new Set([37.5]));
    expect(new Set(sample(seed, { ...shape, jitterMs: 0 }))).toEqual(new Set([37.5]));
  });

  it('fill their range evenly when they are uniform', () => {
    const values = sample(seed, shape);
    // Standard error of the mean: 25 / sqrt(12) / 200 = 0.036 ms; four of them.
    expect(Math.abs(mean(values) - 37.5)).toBeLessThan(0.15);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(25);
    expect(Math.max(...values)).toBeLessThanOrEqual(50);
    for (const share of [0.05, 0.25, 0.5, 0.75, 0.95]) {
      expect(Math.abs(quantile(values, share) - (25 + 25 * share))).toBeLessThan(0.3);
    }
  });

  it.each([
    // Quantiles of iproute2 6.1's normal.dist and pareto.dist, in units of the jitter.
    ['normal', { 0.1: -1.2822, 0.25: -0.6745, 0.5: 0, 0.75: 0.6746, 0.9: 1.2811, 0.99: 2.3271 }],
    [
      'pareto',
      { 0.1: -0.6191, 0.25: -0.5325, 0.5: -0.3201, 0.75: 0.1166, 0.9: 0.8717, 0.97: 2.29 },
    ],
  ] as const)('follow the table of iproute2 when they are %s', (distribution, expected) => {
    const values = sample(seed, { distribution, meanMs: 500, jitterMs: 100, correlationRatio: 0 });
    for (const [share, inJitters] of Object.entries(expected)) {
      const off = quantile(values, Number(share)) - (500 + 100 * inJitters);
      expect([share, Math.abs(off) < 8]).toEqual([share, true]);
    }
    // The tables' own means and deviations; pareto's is cut at 4 jitters.
    const [center, spread] = distribution === 'normal' ? [0, 1] : [-0.0335, 0.8197];
    expect(Math.abs(mean(values) - (500 + 100 * center))).toBeLessThan(2.5);
    expect(Math.abs(deviation(values) - 100 * spread)).toBeLessThan(3);
    expect(Math.max(...values)).toBeLessThanOrEqual(900);
  });

  it('never go below 0', () => {
    const values = sample(seed, { ...shape, distribution: 'normal', meanMs: 1, jitterMs: 5 });
    expect(Math.min(...values)).toBe(0);
  });

  it('lean on the one before as much as asked, with the narrower spread that netem has', () => {
    const ratio = 0.6;
    const values = sample(seed, { ...shape, correlationRatio: ratio });
    const center = mean(values);
    let products = 0;
    for (let i = 1; i < values.length; i++) {
      products += ((values[i] ?? 0) - center) * ((values[i - 1] ?? 0) - center);
    }
    const variance = deviation(values) ** 2;
    expect(products / (values.length - 1) / variance).toBeCloseTo(ratio, 1);
    const narrowed = (25 / Math.sqrt(12)) * Math.sqrt((1 - ratio) / (1 + ratio));
    expect(Math.abs(deviation(values) - narrowed)).toBeLessThan(0.05 * narrowed);
  });
});

describe('chance', () => {
  it('is the same for the same key and another for another', () => {
    const draw = (key: string): number[] => {
      const chance = createChance(key);
      return Array.from({ length: 5 }, chance);
    };
    expect(draw('1|0>1|delay')).toEqual(draw('1|0>1|delay'));
    expect(draw('1|0>1|delay')).not.toEqual(draw('1|1>0|delay'));
  });
});
