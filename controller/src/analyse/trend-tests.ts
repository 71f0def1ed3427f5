import { mean, median, standardDeviation } from './describe.ts';
import { normalCdf } from './special-functions.ts';
import { twoSidedP } from './student-t.ts';

/** Tests of "does this series drift?", for the steady-state check. */

export interface MannKendall {
  /** Pairs that rise less pairs that fall. */
  readonly s: number;
  /** S over the number of pairs, in [-1, 1]. */
  readonly tau: number;
  /** Two-sided. Exact without ties and up to 30 values, else normal with continuity correction. */
  readonly p: number;
}

/** Largest series whose exact distribution is computed. */
const exactMax = 30;

/**
 * Mann-Kendall test against a monotone trend.
 * @param values length >= 2, in order of time
 * @see Kendall (1975); the exact distribution counts the inversions of random permutations
 */
export function mannKendall(values: readonly number[]): MannKendall {
  const n = values.length;
  const pairs = (n * (n - 1)) / 2;
  let s = 0;
  for (const [i, earlier] of values.entries()) {
    for (const later of values.slice(i + 1)) s += Math.sign(later - earlier);
  }
  const ties = tieSizes(values);
  const p = ties.length === 0 && n <= exactMax ? exactP(n, s) : normalP(n, s, ties);
  return { s, tau: pairs === 0 ? 0 : s / pairs, p };
}

/**
 * Theil-Sen estimator: the median of the slopes of all pairs, per step of the index.
 * @param values length >= 2
 */
export function theilSenSlope(values: readonly number[]): number {
  const slopes: number[] = [];
  for (const [i, earlier] of values.entries()) {
    for (const [j, later] of values.slice(i + 1).entries())
      slopes.push((later - earlier) / (j + 1));
  }
  return median(slopes);
}

/**
 * Welch's t test of equal means with unequal variances.
 * @param first, second length >= 2 each
 * @returns two-sided p; 0 if both are constant and differ, 1 if both are constant and equal
 */
export function welchP(first: readonly number[], second: readonly number[]): number {
  const difference = mean(second) - mean(first);
  const [a, b] = [first, second].map((side) => standardDeviation(side) ** 2 / side.length);
  if (a === undefined || b === undefined || a + b === 0) return difference === 0 ? 1 : 0;
  const degreesOfFreedom =
    (a + b) ** 2 / (a ** 2 / (first.length - 1) + b ** 2 / (second.length - 1));
  return twoSidedP(difference / Math.sqrt(a + b), degreesOfFreedom);
}

/** P(|S| >= |s|) over all orders of n distinct values. */
function exactP(n: number, s: number): number {
  // chance[k]: probability that a random permutation has k inversions, built up value by value.
  let chance = [1];
  for (let size = 2; size <= n; size++) {
    const next = new Array<number>(chance.length + size - 1).fill(0);
    for (const [k, probability] of chance.entries()) {
      for (let moved = 0; moved < size; moved++) {
        next[k + moved] = (next[k + moved] ?? 0) + probability / size;
      }
    }
    chance = next;
  }
  const pairs = (n * (n - 1)) / 2;
  const total = chance.reduce(
    (sum, probability, inversions) =>
      Math.abs(pairs - 2 * inversions) >= Math.abs(s) ? sum + probability : sum,
    0,
  );
  return Math.min(1, total);
}

function normalP(n: number, s: number, ties: readonly number[]): number {
  const spread = (size: number): number => size * (size - 1) * (2 * size + 5);
  const variance = (spread(n) - ties.reduce((sum, size) => sum + spread(size), 0)) / 18;
  if (variance <= 0) return 1;
  return Math.min(1, 2 * normalCdf(-Math.max(0, Math.abs(s) - 1) / Math.sqrt(variance)));
}

/** Sizes of the groups of equal values that have more than one member. */
function tieSizes(values: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()].filter((count) => count > 1);
}
