import type { LinkShaping } from '../../contract/index.ts';
import type { Chance } from './chance.ts';

type DelayShape = LinkShaping['delay'];

/** Draws delays in milliseconds, never below 0. Keeps what correlation needs from draw to draw. */
export interface Delays {
  next(shape: DelayShape): number;
}

/**
 * As netem does (net/sched/sch_netem.c): a uniform number u, mixed with the one before it where a
 * correlation is asked for (which narrows its spread by sqrt((1-r)/(1+r)), there as here), is
 * looked up in the distribution and scaled by the jitter. iproute2's tables of 4,096 values are
 * replaced by the formulas they were made from.
 */
export function createDelays(chance: Chance): Delays {
  let last: number | null = null;
  const draw = (correlationRatio: number): number => {
    if (correlationRatio === 0) return chance();
    last ??= chance();
    last = (1 - correlationRatio) * chance() + correlationRatio * last;
    return last;
  };
  return {
    next({ distribution, meanMs, jitterMs, correlationRatio }) {
      if (distribution === 'fixed' || jitterMs === 0) return meanMs;
      const u = draw(correlationRatio);
      return Math.max(0, meanMs + jitterMs * deviation(distribution, u));
    },
  };
}

/** Largest value of iproute2's tables: a 16-bit number in units of 1/8192. */
const DEVIATION_MAX = 32_767 / 8_192;

/** In units of the jitter. */
function deviation(distribution: 'uniform' | 'normal' | 'pareto', u: number): number {
  switch (distribution) {
    case 'uniform':
      return 2 * u - 1;
    case 'normal':
      return Math.min(DEVIATION_MAX, Math.max(-DEVIATION_MAX, normalQuantile(u)));
    case 'pareto':
      // netem/pareto.c of iproute2: shape 3, shifted to mean 0, scaled by 4/3, cut at the top.
      return Math.min(DEVIATION_MAX, (4 / 3) * ((1 - u) ** (-1 / 3) - 1.5));
    default:
      return distribution satisfies never;
  }
}

/** Inverse of the standard normal distribution; P. J. Acklam's approximation, relative error 1e-9. */
function normalQuantile(u: number): number {
  if (u <= 0) return Number.NEGATIVE_INFINITY;
  if (u > 1 - TAIL) return -normalQuantile(1 - u);
  if (u < TAIL) {
    const q = Math.sqrt(-2 * Math.log(u));
    return polynomial(C, q) / (polynomial(D, q) * q + 1);
  }
  const q = u - 0.5;
  const r = q * q;
  return (polynomial(A, r) * q) / (polynomial(B, r) * r + 1);
}

const TAIL = 0.02425;
const A = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const B = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
];
const C = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
];
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];

/** Highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}
