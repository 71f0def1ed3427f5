import type { Estimate } from '../model/finding.ts';
import { coefficientOfVariation, mean, standardDeviation } from './describe.ts';
import { studentTQuantile } from './student-t.ts';

/** Above this coefficient of variation the interval is computed on logarithms. */
const logScaleAbove = 0.1;

/**
 * With two values t is 12.7: a p99 of 4,300 and 2,900 ms has a "95 % interval" of 4 to 163,799 ms.
 * That is no statement about the network; the two values themselves are one.
 */
const valuesForInterval = 3;

/** What the quantity can be at all; an interval never leaves it. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}
export const nonNegative: Bounds = { low: 0, high: Number.POSITIVE_INFINITY };
export const ratioBounds: Bounds = { low: 0, high: 1 };

/**
 * Mean over repetitions with its two-sided 95 % Student t interval,
 * mean +- t(.975, n-1) s / sqrt(n). If the coefficient of variation exceeds 10 % and all values are positive, the interval is that
 * of the geometric mean (computed on logarithms, exponentiated): spread in throughput and latency
 * is multiplicative. Coverage stays near 95 % at n = 3 to 5, where bootstrap intervals cover 75 to
 * 83 %. `mean` is the arithmetic mean on either scale.
 * @param values one per repetition, >= 0
 * @returns null without values; a null interval for fewer than three
 */
export function estimateMean(
  values: readonly number[],
  bounds: Bounds = nonNegative,
): Estimate | null {
  if (values.length === 0) return null;
  const center = mean(values);
  if (values.length < valuesForInterval) {
    return { mean: center, interval: null, scale: 'linear', values };
  }
  const useLog = coefficientOfVariation(values) > logScaleAbove && values.every((v) => v > 0);
  const raw = useLog ? exponentiate(interval(values.map(Math.log))) : interval(values);
  return {
    mean: center,
    interval: { low: Math.max(bounds.low, raw.low), high: Math.min(bounds.high, raw.high) },
    scale: useLog ? 'log' : 'linear',
    values,
  };
}

function interval(values: readonly number[]): { low: number; high: number } {
  const center = mean(values);
  const quantile = studentTQuantile(0.975, values.length - 1);
  const half = (quantile * standardDeviation(values)) / Math.sqrt(values.length);
  return { low: center - half, high: center + half };
}

function exponentiate(logs: { low: number; high: number }): { low: number; high: number } {
  return { low: Math.exp(logs.low), high: Math.exp(logs.high) };
}
