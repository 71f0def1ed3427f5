/** Intervals that rest on order alone, for lists that are not normal. */

/**
 * Interval of the median between two order statistics, with at least 95 % coverage: below six
 * values there is none.
 * @returns null if none covers 95 %; `coverage` is exact for continuous values
 */
export function medianInterval(
  values: readonly number[],
): { readonly low: number; readonly high: number; readonly coverage: number } | null {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  let best: { low: number; high: number; coverage: number } | null = null;
  let outside = 0;
  let ways = 1; // n choose k
  for (let k = 0; k < n / 2; k++) {
    outside += ways * 0.5 ** n;
    const coverage = 1 - 2 * outside;
    const [low, high] = [sorted[k], sorted[n - 1 - k]];
    if (coverage < 0.95 || low === undefined || high === undefined) break;
    best = { low, high, coverage };
    ways = (ways * (n - k)) / (k + 1);
  }
  return best;
}
