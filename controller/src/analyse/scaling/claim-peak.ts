import { incompleteBeta } from '../special-functions.ts';
import { studentTQuantile } from '../student-t.ts';
import { fitUsl, type UslFit, type UslScale } from './fit-usl.ts';
import { peakSize, type UslPoint, uslThroughput } from './usl-model.ts';

/** Sizes below which nothing is fitted, and below which a fit claims nothing. */
const sizesForFit = 4;
const sizesForClaim = 6;

export interface UslFinding {
  /** Null below four different sizes. */
  readonly fit: UslFit | null;
  /**
   * too-few-sizes: no fit, or one for a look only (4 or 5 sizes). none: no peak up to the largest
   * size. peak: inside the measured range. projected: at most twice beyond. retrograde: throughput
   * falls from the smallest size on.
   */
  readonly claim: 'too-few-sizes' | 'none' | 'peak' | 'projected' | 'retrograde';
  /** Of the test that kappa is 0; null without a fit or with kappa at its bound. */
  readonly p: number | null;
  /** N*, where throughput is highest; null unless it is claimed. */
  readonly peak: {
    readonly size: number;
    readonly error: number;
    readonly interval: { readonly low: number; readonly high: number };
    readonly throughput: number;
  } | null;
  /** lambda / sigma: what throughput would come near to without kappa; null at sigma = 0. */
  readonly roof: number | null;
  /** 1 / sigma. */
  readonly optimalSize: number | null;
  /** What costs more at the largest size: what is done in turn, or what grows with the pairs. */
  readonly dominant: 'sigma' | 'kappa' | 'neither' | null;
}

/**
 * A free fit finds a finite N* in half of all data without one. A peak is therefore claimed only
 * if a fit without kappa is significantly worse (F test, p < .05), and N* is at most twice the
 * largest measured size.
 * @param points mean throughput of each valid size
 */
export function findPeak(points: readonly UslPoint[], scale: UslScale = 'raw'): UslFinding {
  const sizes = [...new Set(points.map(({ size }) => size))].sort((a, b) => a - b);
  const nothing = { p: null, peak: null, roof: null, optimalSize: null, dominant: null };
  if (sizes.length < sizesForFit) return { fit: null, claim: 'too-few-sizes', ...nothing };
  const fit = fitUsl(points, scale);
  const smallest = sizes[0] ?? 1;
  const largest = sizes.at(-1) ?? 1;
  const p = testKappa(points, fit);
  const size = peakSize(fit);
  const described = {
    fit,
    p,
    roof: fit.sigma > 0 ? fit.lambda / fit.sigma : null,
    optimalSize: fit.sigma > 0 ? 1 / fit.sigma : null,
    dominant: dominantAt(fit, largest),
  };
  if (sizes.length < sizesForClaim) return { ...described, claim: 'too-few-sizes', peak: null };
  if (p === null || p >= 0.05 || size > 2 * largest) {
    return { ...described, claim: 'none', peak: null };
  }
  const claim = size < smallest ? 'retrograde' : size <= largest ? 'peak' : 'projected';
  return {
    ...described,
    claim,
    peak: { ...peakOf(fit, size), throughput: uslThroughput(fit, size) },
  };
}

/** F = (SSE0 - SSE1) / (SSE1 / (n - 3)) on 1 and n - 3 degrees of freedom. */
function testKappa(points: readonly UslPoint[], fit: UslFit): number | null {
  const freedom = points.length - 3;
  if (fit.kappa === 0 || freedom < 1) return null;
  const without = fitUsl(points, fit.scale, ['kappa']);
  if (fit.squares === 0) return without.squares > 0 ? 0 : 1;
  const f = (without.squares - fit.squares) / (fit.squares / freedom);
  return f <= 0 ? 1 : incompleteBeta(freedom / (freedom + f), freedom / 2, 0.5);
}

/** Delta method: g = (-1 / (2 sqrt(kappa (1-sigma))), -sqrt((1-sigma) / kappa^3) / 2). */
function peakOf(
  fit: UslFit,
  size: number,
): Pick<NonNullable<UslFinding['peak']>, 'size' | 'error' | 'interval'> {
  const { sigma, kappa, free, covariance, degreesOfFreedom } = fit;
  const slopes = free.map((name) => {
    if (name === 'lambda') return 0;
    if (name === 'sigma') return -1 / (2 * Math.sqrt(kappa * (1 - sigma)));
    return -Math.sqrt((1 - sigma) / kappa ** 3) / 2;
  });
  const variance = (covariance ?? []).reduce(
    (sum, row, i) =>
      sum + row.reduce((inner, value, j) => inner + value * (slopes[i] ?? 0) * (slopes[j] ?? 0), 0),
    0,
  );
  const error = Math.sqrt(variance);
  const half = studentTQuantile(0.975, Math.max(1, degreesOfFreedom)) * error;
  return { size, error, interval: { low: size - half, high: size + half } };
}

function dominantAt({ sigma, kappa }: UslFit, size: number): UslFinding['dominant'] {
  const [serial, pairs] = [sigma * (size - 1), kappa * size * (size - 1)];
  if (Math.max(serial, pairs) < 0.05) return 'neither';
  return serial >= pairs ? 'sigma' : 'kappa';
}
