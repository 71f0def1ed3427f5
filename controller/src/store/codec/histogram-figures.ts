import type { LatencyHistogram } from '../../model/latency-histogram.ts';

/**
 * What of a histogram goes into typed columns. The encoding itself is stored beside it and stays
 * the truth; these columns are for SQL.
 */
export interface HistogramFigures {
  readonly count: number;
  /** Microseconds, all null when the histogram is empty. */
  readonly meanUs: number | null;
  readonly p50Us: number | null;
  readonly p95Us: number | null;
  readonly p99Us: number | null;
  /** Highest value that is equivalent to the largest recorded one. */
  readonly maxUs: number | null;
}

/** Non-empty buckets, ascending: the highest value equivalent to the bucket, and its count. */
export interface HistogramBuckets {
  readonly highsUs: readonly number[];
  readonly counts: readonly number[];
}

export function describeHistogram({ count, counts }: LatencyHistogram): HistogramFigures {
  if (count === 0) {
    return { count, meanUs: null, p50Us: null, p95Us: null, p99Us: null, maxUs: null };
  }
  return {
    count,
    meanUs: counts.mean,
    p50Us: counts.getValueAtPercentile(50),
    p95Us: counts.getValueAtPercentile(95),
    p99Us: counts.getValueAtPercentile(99),
    maxUs: counts.getValueAtPercentile(100),
  };
}

export function listBuckets({ count: total, counts: buckets }: LatencyHistogram): HistogramBuckets {
  const highsUs: number[] = [];
  const counts: number[] = [];
  let remaining = total;
  for (let index = 0; index < buckets.countsArrayLength && remaining > 0; index++) {
    const count = buckets.getCountAtIndex(index);
    if (count === 0) continue;
    highsUs.push(buckets.highestEquivalentValue(buckets.valueFromIndex(index)));
    counts.push(count);
    remaining -= count;
  }
  return { highsUs, counts };
}
