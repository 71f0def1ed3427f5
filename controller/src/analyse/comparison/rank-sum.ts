/** The Mann-Whitney test by counting all arrangements, and the shift that belongs to it. */

import { quantile } from '../describe.ts';
import { normalCdf } from '../special-functions.ts';

export interface RankSum {
  /** Pairs in which the first list has the larger value; ties count a half. */
  readonly u: number;
  /** Two-sided: arrangements at least as far from the middle. */
  readonly p: number;
  readonly isExact: boolean;
}

/** Values in both lists together up to which all arrangements are counted. */
const exactMax = 60;
/** Two sums of ranks this near each other are one: midranks are halves, doubled they are whole. */
const half = 0.5;

/**
 * Mann-Whitney (Wilcoxon rank-sum) test of two independent lists. Exact, ties included, up to 60
 * values: the distribution of the sum of midranks over all ways to divide the values. Beyond that
 * normal with corrections for ties and continuity.
 * @param first, second length >= 1 each
 */
export function rankSumTest(first: readonly number[], second: readonly number[]): RankSum {
  const ranks = doubledMidranks([...first, ...second]);
  const own = ranks.slice(0, first.length).reduce((sum, rank) => sum + rank, 0);
  const u = own / 2 - (first.length * (first.length + 1)) / 2;
  const isExact = ranks.length <= exactMax;
  const p = isExact
    ? exactP(ranks, first.length, own)
    : normalP(u, first.length, second.length, ranks);
  return { u, p, isExact };
}

/**
 * Hodges-Lehmann: the median of all differences second - first, with the interval of the shifts
 * that the exact test does not reject at 5 %.
 * @returns a null interval where even the widest covers less than 95 % (3 against 3 values)
 */
export function hodgesLehmann(
  first: readonly number[],
  second: readonly number[],
): {
  readonly shift: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
} {
  const differences = first.flatMap((from) => second.map((to) => to - from)).sort((a, b) => a - b);
  const shift = quantile(differences, 0.5);
  const cut = rejectedBelow(first.length, second.length);
  const low = differences[cut - 1];
  const high = differences[differences.length - cut];
  const interval = cut < 1 || low === undefined || high === undefined ? null : { low, high };
  return { shift, interval };
}

/** How many values of U at the low end have together at most 2.5 %, without ties. */
function rejectedBelow(first: number, second: number): number {
  const ranks = Array.from({ length: first + second }, (_, i) => 2 * (i + 1));
  const counts = waysBySum(ranks, first);
  const total = counts.reduce((sum, ways) => sum + ways, 0);
  const least = first * (first + 1); // doubled sum of the lowest ranks
  let tail = 0;
  for (let u = 0; u <= first * second; u++) {
    tail += counts[least + 2 * u] ?? 0;
    if (tail / total > 0.025) return u;
  }
  return 0;
}

function exactP(ranks: readonly number[], chosen: number, own: number): number {
  const counts = waysBySum(ranks, chosen);
  const middle = (chosen * ranks.reduce((sum, rank) => sum + rank, 0)) / ranks.length;
  const distance = Math.abs(own - middle) - half;
  let all = 0;
  let far = 0;
  for (const [sum, ways] of counts.entries()) {
    all += ways;
    if (Math.abs(sum - middle) >= distance) far += ways;
  }
  return far / all;
}

/** By sum: the ways to choose so many of the ranks. */
function waysBySum(ranks: readonly number[], chosen: number): readonly number[] {
  const most = ranks.reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: chosen + 1 }, () => new Float64Array(most + 1));
  const none = ways[0];
  if (none !== undefined) none[0] = 1;
  for (const rank of ranks) {
    for (let count = chosen; count >= 1; count--) {
      const [into, from] = [ways[count], ways[count - 1]];
      if (into === undefined || from === undefined) continue;
      for (let sum = most; sum >= rank; sum--)
        into[sum] = (into[sum] ?? 0) + (from[sum - rank] ?? 0);
    }
  }
  return [...(ways[chosen] ?? [])];
}

function normalP(u: number, first: number, second: number, ranks: readonly number[]): number {
  const n = first + second;
  const sizes = new Map<number, number>();
  for (const rank of ranks) sizes.set(rank, (sizes.get(rank) ?? 0) + 1);
  const ties = [...sizes.values()].reduce((sum, size) => sum + size ** 3 - size, 0);
  const variance = ((first * second) / 12) * (n + 1 - ties / (n * (n - 1)));
  if (variance <= 0) return 1;
  const distance = Math.max(0, Math.abs(u - (first * second) / 2) - half);
  return Math.min(1, 2 * normalCdf(-distance / Math.sqrt(variance)));
}

/** Twice the rank of each value, equal ones sharing the mean of theirs: whole numbers. */
function doubledMidranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return 2 * below + equal + 1;
  });
}
