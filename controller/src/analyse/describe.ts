import { assert } from '../lib/assert.ts';

/** Location and spread of a list of numbers. No function here mutates its input. */

/** @param values length >= 1 */
export function mean(values: readonly number[]): number {
  assert(values.length > 0, 'mean of at least one value');
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** With divisor n - 1. @param values length >= 2 */
export function standardDeviation(values: readonly number[]): number {
  assert(values.length > 1, 'standard deviation of at least two values');
  const center = mean(values);
  const squares = values.reduce((total, value) => total + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * Quantile of type 7 of Hyndman & Fan (1996), the default of R.
 * @param values length >= 1, any order
 * @param probability in [0, 1]
 */
export function quantile(values: readonly number[], probability: number): number {
  assert(values.length > 0, 'quantile of at least one value');
  assert(probability >= 0 && probability <= 1, `probability ${probability} in [0, 1]`);
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * probability;
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN; // in range by construction
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (position - below);
}

/** @param values length >= 1 */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Median absolute deviation, scaled by 1.4826 to estimate the sigma of a normal distribution. */
export function scaledMad(values: readonly number[]): number {
  const center = median(values);
  return 1.4826 * median(values.map((value) => Math.abs(value - center)));
}

/** s / |mean|; 0 for a single value, infinite if the mean is 0 and the values differ. */
export function coefficientOfVariation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const spread = standardDeviation(values);
  return spread === 0 ? 0 : spread / Math.abs(mean(values));
}
