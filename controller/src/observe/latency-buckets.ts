import { metricNames } from '../../../node-image/src/contract/index.ts';

/**
 * The buckets of the commit latency on a metrics page, for the live display alone: what is stored
 * comes from exact histograms. Read apart from the samples that count, so that a page whose
 * buckets make no sense is judged as if it had none. Pure.
 */

/** Upper bounds in seconds, ascending, Infinity last; counts are cumulative. Empty if there are none. */
export interface Buckets {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

const none: Buckets = { bounds: [], counts: [] };
const BUCKETS_MAX = 64;
const line = new RegExp(
  `^${metricNames.commitLatencySeconds}_bucket\\{[^}\\n]*le="([^"\\n]+)"[^}\\n]*\\} (\\S+)`,
  'gm',
);

export function readBuckets(page: string): Buckets {
  const bounds: number[] = [];
  const counts: number[] = [];
  for (const [, le, count] of page.matchAll(line)) {
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
    const value = Number(count);
    const isNext = bound > (bounds.at(-1) ?? Number.NEGATIVE_INFINITY);
    if (!isNext || !(value >= (counts.at(-1) ?? 0)) || bounds.length === BUCKETS_MAX) return none;
    bounds.push(bound);
    counts.push(value);
  }
  return { bounds, counts };
}

/** What was counted between two pages; nothing where they do not fit each other. */
export function growthOf(from: Buckets | null, to: Buckets | null): Buckets {
  if (from === null || to === null || from === to || !sameBounds(from, to)) return none;
  const counts = to.counts.map((count, index) => count - (from.counts[index] ?? 0));
  return counts.some((count) => count < 0) ? none : { bounds: to.bounds, counts };
}

/** Those that have the bounds of the first that has any. */
export function sumBuckets(all: readonly Buckets[]): Buckets {
  const first = all.find(({ bounds }) => bounds.length > 0);
  if (first === undefined) return none;
  const counts = first.bounds.map(() => 0);
  for (const one of all) {
    if (!sameBounds(one, first)) continue;
    for (const [index, count] of one.counts.entries()) counts[index] = (counts[index] ?? 0) + count;
  }
  return { bounds: first.bounds, counts };
}

/**
 * As Prometheus' histogram_quantile: linear inside the bucket that holds it.
 * @returns milliseconds; null where nothing was counted
 */
export function estimateQuantile({ bounds, counts }: Buckets, quantile: number): number | null {
  const total = counts.at(-1) ?? 0;
  if (total <= 0) return null;
  const rank = quantile * total;
  const index = counts.findIndex((count) => count >= rank);
  const low = index <= 0 ? 0 : (bounds[index - 1] ?? 0);
  const high = bounds[index] ?? low;
  if (!Number.isFinite(high)) return low * 1_000;
  const below = index <= 0 ? 0 : (counts[index - 1] ?? 0);
  const inside = (counts[index] ?? 0) - below;
  const share = inside === 0 ? 1 : (rank - below) / inside;
  return (low + (high - low) * share) * 1_000;
}

function sameBounds(a: Buckets, b: Buckets): boolean {
  return a.bounds.length === b.bounds.length && a.bounds.every((one, at) => one === b.bounds[at]);
}
