import { describe, expect, it } from '@jest/globals';
import {
  costExponent,
  measureEfficiency,
  measureRetention,
} from '../../../../controller/src/analyse/scaling/efficiency.ts';

const flat = (size: number, level: number) => ({
  size,
  values: [level * 0.99, level, level * 1.01],
});

describe('measureEfficiency and measureRetention', () => {
  it('B4: are two questions with two answers', () => {
    // The example of the seed: 11.84 ops/s at 10, 11.83 at 40 nodes.
    const points = [flat(10, 11.84), flat(20, 11.83), flat(40, 11.83)];
    const efficiency = measureEfficiency(points).map(({ value }) => value ?? 0);
    const retention = measureRetention(points).map(({ value }) => value ?? 0);
    expect(efficiency[1]).toBeCloseTo(0.4996, 4);
    expect(efficiency[2]).toBeCloseTo(0.2498, 4);
    expect(retention[2]).toBeCloseTo(0.9992, 4);
  });

  it('has an interval by the delta method, and calls superlinear what is', () => {
    const [, second] = measureEfficiency([flat(1, 100), flat(2, 260)]);
    expect(second?.value).toBeCloseTo(1.3, 10);
    expect(second?.isSuperlinear).toBe(true);
    expect(second?.marginal).toBeCloseTo(Math.log(2.6) / Math.log(2), 10);
    // se^2 = 2 (.01^2 / 3), t(.975, 4) = 2.776445.
    const half = 2.7764451 * Math.sqrt((2 * 0.01 ** 2) / 3);
    expect(second?.interval?.high).toBeCloseTo(1.3 * Math.exp(half), 6);
  });

  it('is null everywhere without a valid baseline', () => {
    const points = [{ size: 4, values: [] }, flat(8, 100)];
    expect(measureRetention(points).map(({ value }) => value)).toEqual([null, null]);
  });
});

describe('costExponent', () => {
  it('is 2 for what grows with the pairs', () => {
    expect(costExponent([flat(4, 16), flat(8, 64), flat(16, 256)])).toBeCloseTo(2, 10);
    expect(costExponent([flat(4, 16)])).toBeNull();
  });
});
