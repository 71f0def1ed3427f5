import { incompleteBeta } from '../analyse/special-functions.ts';
import { assert } from '../lib/assert.ts';

/**
 * Exact binomial inference for the checks of a network. Pure. Counts and sample sizes may be
 * fractions: a sample of dependent draws counts for fewer than it has.
 */

/** P(X >= count) for X ~ Bin(size, ratio). @param count, size >= 0; @param ratio in [0, 1] */
export function atLeast(count: number, size: number, ratio: number): number {
  assert(ratio >= 0 && ratio <= 1, `ratio ${ratio} in [0, 1]`);
  if (count <= 0) return 1;
  if (count > size) return 0;
  return incompleteBeta(ratio, count, size - count + 1);
}

/** P(X <= count). */
export function atMost(count: number, size: number, ratio: number): number {
  return 1 - atLeast(count + 1, size, ratio);
}

/** What is held to be true of a share: that it lies somewhere from `low` to `high`. */
export interface RatioRange {
  readonly low: number;
  readonly high: number;
}

/**
 * The counts that do not speak against a share in `held`: those whose two-sided Clopper-Pearson
 * interval of coverage 1 - level meets it (Clopper and Pearson, 1934).
 * @param options.level in (0, 1), halved on each side
 * @param options.inflation >= 1: by how much dependence inflates the variance of the count
 * @returns whole numbers, 0 <= low <= high <= size
 */
export function acceptedCounts(
  size: number,
  held: RatioRange,
  { level, inflation = 1 }: { readonly level: number; readonly inflation?: number },
): { readonly low: number; readonly high: number } {
  const effective = size / inflation;
  const isTooFew = (count: number): boolean =>
    atMost(count / inflation, effective, held.low) <= level / 2;
  const isTooMany = (count: number): boolean =>
    atLeast(count / inflation, effective, held.high) <= level / 2;
  return {
    low: firstWhere(0, size, (count) => !isTooFew(count)),
    high: Math.max(0, firstWhere(0, size + 1, isTooMany) - 1),
  };
}

/**
 * The least count of successes that does not speak against a share of at least `ratio`, one-sided.
 * @param options.inflation as above
 */
export function leastAccepted(
  size: number,
  ratio: number,
  { level, inflation = 1 }: { readonly level: number; readonly inflation?: number },
): number {
  const effective = size / inflation;
  return firstWhere(0, size, (count) => atMost(count / inflation, effective, ratio) > level);
}

/**
 * Distribution-free interval of a quantile from order statistics (David and Nagaraja, 2003,
 * section 7.1): the quantile lies below the lower end with at most level / 2, and above the upper
 * end likewise. A sample too small for that gives an infinite end.
 * @param sorted ascending
 * @param probability a pair when the quantile itself is known only to lie between two
 */
export function quantileInterval(
  sorted: readonly number[],
  probability: RatioRange,
  { level, inflation = 1 }: { readonly level: number; readonly inflation?: number },
): { readonly low: number; readonly high: number } {
  const size = sorted.length / inflation;
  // Ranks in the effective sample are scaled back to places in the real one.
  const below =
    firstWhere(
      1,
      Math.floor(size) + 1,
      (rank) => atMost(rank - 1, size, probability.low) > level / 2,
    ) - 1;
  const above = firstWhere(
    1,
    Math.floor(size) + 1,
    (rank) => atLeast(rank, size, probability.high) <= level / 2,
  );
  const lowPlace = Math.floor(below * inflation) - 1;
  const highPlace = Math.ceil(above * inflation) - 1;
  return {
    low: below < 1 ? Number.NEGATIVE_INFINITY : (sorted[lowPlace] ?? Number.NEGATIVE_INFINITY),
    high: sorted[highPlace] ?? Number.POSITIVE_INFINITY,
  };
}

/** The first whole number in [low, high] for which `holds` (once true, always true); else high. */
function firstWhere(low: number, high: number, holds: (value: number) => boolean): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
