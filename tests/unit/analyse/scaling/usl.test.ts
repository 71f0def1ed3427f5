import { describe, expect, it } from '@jest/globals';
import { findPeak } from '../../../../controller/src/analyse/scaling/claim-peak.ts';
import { fitReplication } from '../../../../controller/src/analyse/scaling/fit-replication.ts';
import { fitUsl } from '../../../../controller/src/analyse/scaling/fit-usl.ts';
import {
  type UslParameters,
  type UslPoint,
  uslThroughput,
} from '../../../../controller/src/analyse/scaling/usl-model.ts';

const pointsOf = (pairs: readonly (readonly [number, number])[]): UslPoint[] =>
  pairs.map(([size, throughput]) => ({ size, throughput }));

/** Data sets of the R package usl. */
const specsdm91 = pointsOf([
  [1, 64.9],
  [18, 995.9],
  [36, 1652.4],
  [72, 1853.2],
  [108, 1828.9],
  [144, 1775],
  [216, 1702.2],
]);
const raytracer = pointsOf([
  [1, 20],
  [4, 78],
  [8, 130],
  [12, 170],
  [16, 190],
  [20, 200],
  [24, 210],
  [28, 230],
  [32, 260],
  [48, 280],
  [64, 310],
]);

function near(value: number | undefined, expected: number): boolean {
  return Math.abs((value ?? 0) / expected - 1) < 1e-6;
}

function squaresOf(points: readonly UslPoint[], at: UslParameters): number {
  return points.reduce(
    (sum, { size, throughput }) => sum + (throughput - uslThroughput(at, size)) ** 2,
    0,
  );
}

describe('fitUsl and findPeak', () => {
  it('T13: specsdm91', () => {
    const { fit, claim, peak, optimalSize, roof } = findPeak(specsdm91);
    // R's nls stops at a relative offset of 1e-5; the design gives its digits, good to 1e-6.
    expect(near(fit?.lambda, 89.99522677)).toBe(true);
    const published = { lambda: 89.99522677, sigma: 0.02772846999, kappa: 1.043655007e-4 };
    expect(fit?.squares).toBeLessThanOrEqual(squaresOf(specsdm91, published));
    expect(near(fit?.sigma, 0.02772846999)).toBe(true);
    expect(fit?.uncertainty.sigma?.error).toBeCloseTo(0.009121731, 7);
    expect(near(fit?.kappa, 1.043655007e-4)).toBe(true);
    expect(fit?.uncertainty.kappa?.error).toBeCloseTo(1.987527e-5, 9);
    expect(near(peak?.size, 96.51955345)).toBe(true);
    expect(peak?.error).toBeCloseTo(8.98795, 4);
    expect(fit?.residualError).toBeCloseTo(82.84582, 4);
    expect(fit?.degreesOfFreedom).toBe(4);
    expect(peak?.throughput).toBeCloseTo(1883.899, 3);
    expect(optimalSize).toBeCloseTo(36.06401, 4);
    expect(roof).toBeCloseTo(3245.589, 2);
    expect(claim).toBe('peak');
    const efficiencies = specsdm91.map(
      ({ size, throughput }) => throughput / ((fit?.lambda ?? 0) * size),
    );
    const expected = [0.7211, 0.6148, 0.51, 0.286, 0.1882, 0.137, 0.0876];
    for (const [i, value] of expected.entries()) expect(efficiencies[i]).toBeCloseTo(value, 4);
  });

  it('T13: raytracer, the first six sizes', () => {
    const { fit, peak, claim } = findPeak(raytracer.slice(0, 6));
    expect(fit?.lambda).toBeCloseTo(20.85604501, 6);
    expect(fit?.sigma).toBeCloseTo(0.02444403819, 8);
    expect(fit?.uncertainty.sigma?.error).toBeCloseTo(0.008390655, 7);
    expect(fit?.uncertainty.sigma?.interval.low).toBeCloseTo(-0.0023, 4);
    expect(fit?.uncertainty.sigma?.interval.high).toBeCloseTo(0.0511, 4);
    expect(fit?.kappa).toBeCloseTo(0.001626809372, 9);
    expect(fit?.uncertainty.kappa?.error).toBeCloseTo(2.613984e-4, 9);
    // N* = 24.488250 lies beyond the 20 that were measured: projected, with its interval.
    expect(claim).toBe('projected');
    expect(near(peak?.size, 24.48825059)).toBe(true);
    expect(peak?.error).toBeCloseTo(1.869769, 5);
    expect(peak?.throughput).toBeCloseTo(203.4882, 4);
    expect(fit?.residualError).toBeCloseTo(1.83411, 5);
    expect(fit?.degreesOfFreedom).toBe(3);
  });

  it('T13: raytracer, all: kappa at its bound, no peak', () => {
    const { fit, claim, peak, roof } = findPeak(raytracer);
    expect(fit?.lambda).toBeCloseTo(21.84884277, 6);
    expect(fit?.sigma).toBeCloseTo(0.05777078033, 8);
    expect(fit?.kappa).toBe(0);
    expect(fit?.uncertainty.kappa).toBeNull();
    expect(fit?.residualError).toBeCloseTo(9.335669, 5);
    expect(fit?.degreesOfFreedom).toBe(8);
    expect(roof).toBeCloseTo(378.2, 1);
    expect([claim, peak]).toEqual(['none', null]);
  });

  it('B5: claims nothing below six sizes, and fits nothing below four', () => {
    expect(findPeak(specsdm91.slice(0, 5))).toMatchObject({ claim: 'too-few-sizes', peak: null });
    expect(findPeak(specsdm91.slice(0, 5)).fit).not.toBeNull();
    expect(findPeak(specsdm91.slice(0, 3)).fit).toBeNull();
  });

  it('B5: finds no peak in data without one', () => {
    const amdahl = [1, 2, 4, 8, 16, 32, 64].map((size, i) => ({
      size,
      throughput:
        uslThroughput({ lambda: 50, sigma: 0.05, kappa: 0 }, size) * (1 + (i % 2 ? 0.01 : -0.01)),
    }));
    expect(findPeak(amdahl).claim).toBe('none');
  });

  it('B5: says retrograde where throughput falls from the smallest size on', () => {
    const falling = [4, 7, 10, 16, 25, 40].map((size) => ({
      size,
      throughput: uslThroughput({ lambda: 400, sigma: 0.2, kappa: 0.2 }, size),
    }));
    expect(findPeak(falling).claim).toBe('retrograde');
  });

  it('weighs relative errors on the log scale', () => {
    const exact = [1, 4, 16, 64, 256].map((size) => ({
      size,
      throughput: uslThroughput({ lambda: 10, sigma: 0.01, kappa: 1e-4 }, size),
    }));
    const fit = fitUsl(exact, 'log');
    expect(fit.lambda).toBeCloseTo(10, 6);
    expect(fit.kappa).toBeCloseTo(1e-4, 8);
    expect(fit.scale).toBe('log');
  });
});

describe('fitReplication', () => {
  it('B5: tells what each peer costs from what all cost all', () => {
    const points = [4, 7, 10, 16, 25, 40].map((size) => ({
      size,
      throughput: 1000 / (1 + 0.01 * (size - 1) + 0.002 * size * (size - 1)),
    }));
    const fit = fitReplication(points);
    expect(fit?.base).toBeCloseTo(1000, 3);
    expect(fit?.perPeer).toBeCloseTo(0.01, 6);
    expect(fit?.perPair).toBeCloseTo(0.002, 7);
    expect(fit).toMatchObject({ dominant: 'per-pair', isClaim: true });
  });

  it('blames neither where nothing is lost', () => {
    const flat = [4, 7, 10, 16].map((size) => ({ size, throughput: 500 }));
    expect(fitReplication(flat)).toMatchObject({ dominant: 'neither', isClaim: false });
    expect(fitReplication(flat.slice(0, 3))).toBeNull();
  });
});
