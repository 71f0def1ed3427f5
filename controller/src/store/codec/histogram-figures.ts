import { build, decodeFromCompressedBase64, type Histogram, JsHistogram } from 'hdr-histogram-js';
import type { EncodedHistogram } from '../../../../node-image/src/contract/index.ts';

/**
 * What of an encoded histogram goes into typed columns. The encoding itself is stored beside it
 * and stays the truth; these columns are for SQL.
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

/**
 * @returns undefined if the text is not a histogram: a foreign node may send anything, and what it
 * sent is stored all the same
 */
export function decodeHistogram(encoded: EncodedHistogram): JsHistogram | undefined {
  try {
    if (encoded.encoding === 'hdr-v2') {
      // 64-bit counts: merging may exceed 32.
      const decoded = asJsHistogram(decodeFromCompressedBase64(encoded.base64, 64));
      // Some damaged input is decoded without complaint; what it then holds gives it away.
      return Number.isSafeInteger(decoded.totalCount) ? decoded : undefined;
    }
    const histogram = createHistogram();
    for (const [valueUs, count] of encoded.counts) histogram.recordValueWithCount(valueUs, count);
    return histogram;
  } catch {
    return undefined;
  }
}

/** Sum of histograms, never an average of their percentiles; undefined for none. */
export function mergeHistograms(histograms: readonly JsHistogram[]): JsHistogram | undefined {
  if (histograms.length === 0) return undefined;
  const merged = createHistogram();
  for (const histogram of histograms) merged.add(histogram);
  return merged;
}

export function describeHistogram(histogram: JsHistogram): HistogramFigures {
  const count = histogram.totalCount;
  if (count === 0) {
    return { count, meanUs: null, p50Us: null, p95Us: null, p99Us: null, maxUs: null };
  }
  return {
    count,
    meanUs: histogram.mean,
    p50Us: histogram.getValueAtPercentile(50),
    p95Us: histogram.getValueAtPercentile(95),
    p99Us: histogram.getValueAtPercentile(99),
    maxUs: histogram.getValueAtPercentile(100),
  };
}

export function listBuckets(histogram: JsHistogram): HistogramBuckets {
  const highsUs: number[] = [];
  const counts: number[] = [];
  let remaining = histogram.totalCount;
  for (let index = 0; index < histogram.countsArrayLength && remaining > 0; index++) {
    const count = histogram.getCountAtIndex(index);
    if (count === 0) continue;
    highsUs.push(histogram.highestEquivalentValue(histogram.valueFromIndex(index)));
    counts.push(count);
    remaining -= count;
  }
  return { highsUs, counts };
}

function createHistogram(): JsHistogram {
  return asJsHistogram(build({ bitBucketSize: 64, numberOfSignificantValueDigits: 3 }));
}

function asJsHistogram(histogram: Histogram): JsHistogram {
  if (histogram instanceof JsHistogram) return histogram;
  throw new TypeError('Expected a histogram without WebAssembly.');
}
