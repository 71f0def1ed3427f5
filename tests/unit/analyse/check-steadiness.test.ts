import { describe, expect, it } from '@jest/globals';
import { checkSteadiness, findWarmUp } from '../../../controller/src/analyse/check-steadiness.ts';
import { createPrng } from '../../../controller/src/lib/prng.ts';

const warming = [
  0, 0, 0, 0, 0, 5, 5, 5, 5, 5, 9, 10, 11, 10, 11, 10, 9, 11, 10, 12, 11, 10, 9, 10, 10, 10, 10, 10,
  9, 12, 10, 11, 9, 10, 11, 10, 10, 10, 10, 11, 9, 11, 10, 10, 10, 11, 9, 10, 10, 13,
];

/** Normal noise of the given coefficient of variation around a level that may change. */
function noisy(length: number, seed: number, level: (i: number) => number): number[] {
  const prng = createPrng(seed);
  return Array.from({ length }, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log(1 - prng.next()));
    return level(i) * (1 + 0.05 * radius * Math.cos(2 * Math.PI * prng.next()));
  });
}

describe('findWarmUp', () => {
  it('cuts the batches that are still warming up', () => {
    const { batchMeans, curve, discardedBatches } = findWarmUp(warming);
    const expected = [0, 5, 10.2, 10.4, 10, 10.2, 10.2, 10.2, 10, 10.6];
    for (const [i, value] of expected.entries()) expect(batchMeans[i]).toBeCloseTo(value, 12);
    for (const [i, value] of [1.08256, 0.30299, 0.004297, 0.005598, 0.006667, 0.00768].entries()) {
      expect(curve[i]).toBeCloseTo(value, 5);
    }
    expect(discardedBatches).toBe(2);
    const rest = warming.slice(10);
    expect(rest.reduce((sum, value) => sum + value, 0) / rest.length).toBeCloseTo(10.225, 12);
  });

  it('cuts nothing from a flat series', () => {
    expect(findWarmUp(new Array(60).fill(7)).discardedBatches).toBe(0);
  });
});

describe('checkSteadiness', () => {
  it('calls a ramp unsteady', () => {
    const ramp = Array.from({ length: 100 }, (_, i) => i);
    expect(checkSteadiness(ramp).kind).toBe('unsteady');
  });

  it('calls a step in the second half unsteady', () => {
    const series = noisy(120, 3, (i) => (i < 60 ? 100 : 80));
    expect(checkSteadiness(series).kind).toBe('unsteady');
  });

  it('calls a window unsteady that a warm-up reaches into', () => {
    const series = noisy(120, 4, (i) => (i < 20 ? 40 : 100));
    const told = checkSteadiness(series);
    expect(told.kind).toBe('unsteady');
    expect(told.warmUpWindows).toBeGreaterThanOrEqual(20);
  });

  it('says nothing about 29 windows, even of a ramp', () => {
    const ramp = Array.from({ length: 29 }, (_, i) => i);
    const told = checkSteadiness(ramp);
    expect(told).toEqual({ kind: 'too-short', windows: 29, warmUpWindows: null, driftRatio: null });
    expect(checkSteadiness([]).kind).toBe('too-short');
  });

  it('makes no claim of steadiness below 60 windows', () => {
    expect(checkSteadiness(noisy(59, 5, () => 100)).kind).toBe('too-short');
    expect(checkSteadiness(noisy(60, 5, () => 100)).kind).toBe('not-rejected');
  });

  it('survives a network that committed nothing', () => {
    expect(checkSteadiness(new Array(60).fill(0)).kind).toBe('not-rejected');
  });

  it('rejects at most 4 % of flat noisy series and finds most drifts of 20 %', () => {
    let rejected = 0;
    let found = 0;
    const trials = 300;
    for (let seed = 1; seed <= trials; seed++) {
      if (checkSteadiness(noisy(120, seed, () => 100)).kind === 'unsteady') rejected++;
      const drifting = noisy(120, seed, (i) => 100 * (1 - (0.2 * i) / 119));
      if (checkSteadiness(drifting).kind === 'unsteady') found++;
    }
    expect(rejected / trials).toBeLessThanOrEqual(0.04);
    expect(found / trials).toBeGreaterThan(0.8);
  });
});
