import { build, decodeFromCompressedBase64, type Histogram, JsHistogram } from 'hdr-histogram-js';
import type { EncodedHistogram, NodeResults } from '../../../node-image/src/contract/index.ts';
import { TestbedError } from '../errors/testbed-error.ts';

/**
 * Latency histograms: decode what nodes deliver, merge exactly, read percentiles. Percentiles of
 * parts are never averaged: parts are merged, and the percentile is read from the whole. This is
 * the one decoder: what is refused here has no figure anywhere, in the verdict, the report or SQL.
 */

export type HistogramName = keyof NodeResults['histograms'];

/** Of every node, in the order of the contract. */
export const histogramNames = [
  'commitLatency',
  'serviceLatency',
  'sendLag',
  'blockLatency',
] as const satisfies readonly HistogramName[];

/** Values are microseconds; a latency of more than a day is not a latency. */
const highestUs = 24 * 3600 * 1e6;
/** Larger than any three-digit histogram of a day; bounds the work a broken node can cause. */
const base64LengthMax = 1_000_000;

/** Durations to three significant digits. Nothing about an empty one can be read: null. */
export interface LatencyHistogram {
  readonly count: number;
  readonly meanMs: number | null;
  readonly maxMs: number | null;
  /**
   * The highest value equivalent (to three digits) to the one at rank ceil(percent / 100 * count).
   * @param percent in [0, 100]
   */
  percentileMs(percent: number): number | null;
  /** The counts themselves, in microseconds. */
  readonly counts: JsHistogram;
}

/**
 * @param owner whose it is, for error messages: `node n3`
 * @throws TestbedError NODE_CONTRACT if it is not a histogram of the contract, naming the owner
 */
export function decodeHistogram(encoded: EncodedHistogram, owner: string): LatencyHistogram {
  try {
    const counts =
      encoded.encoding === 'counts' ? fromCounts(encoded.counts) : fromBase64(encoded.base64);
    checkDecoded(counts);
    return wrap(counts);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TestbedError(
      'NODE_CONTRACT',
      `A latency histogram (${encoded.encoding}) of ${owner} cannot be used: ${why}.`,
      {
        hint: 'Compare what the node delivers with the histograms in docs/node-contract.md.',
        cause,
        details: { owner, encoding: encoded.encoding },
      },
    );
  }
}

/** Adds up histograms, exactly; none give the empty histogram. */
export function mergeHistograms(parts: readonly LatencyHistogram[]): LatencyHistogram {
  const merged = emptyCounts();
  for (const part of parts) merged.add(part.counts);
  return wrap(merged);
}

function wrap(counts: JsHistogram): LatencyHistogram {
  const isEmpty = counts.totalCount === 0;
  const percentileMs = (percent: number): number | null =>
    isEmpty ? null : counts.getValueAtPercentile(percent) / 1000;
  return {
    count: counts.totalCount,
    // Both walk all buckets, and of the parts of a merge nobody asks for them.
    get meanMs() {
      return isEmpty ? null : counts.mean / 1000;
    },
    // Not `maxValue`: after a merge the library gives the low end of the last bucket there.
    get maxMs() {
      return percentileMs(100);
    },
    percentileMs,
    counts,
  };
}

function emptyCounts(): JsHistogram {
  // 64-bit buckets: narrower ones wrap silently when many repetitions are merged.
  const empty = build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestUs,
    numberOfSignificantValueDigits: 3,
  });
  return withoutWebAssembly(empty);
}

/** The other flavour has to be asked for, and cannot list its buckets. */
function withoutWebAssembly(histogram: Histogram): JsHistogram {
  if (histogram instanceof JsHistogram) return histogram;
  throw new TypeError('Broken invariant: a histogram in WebAssembly');
}

function fromCounts(pairs: readonly (readonly [number, number])[]): JsHistogram {
  const counts = emptyCounts();
  let previous = -1;
  for (const [valueUs, count] of pairs) {
    if (valueUs <= previous) throw new Error(`value ${valueUs} follows ${previous}: not ascending`);
    if (valueUs > highestUs) throw new Error(`its value ${valueUs} us is more than a day`);
    counts.recordValueWithCount(valueUs, count);
    previous = valueUs;
  }
  return counts;
}

function fromBase64(base64: string): JsHistogram {
  if (base64.length > base64LengthMax) {
    throw new Error(`${base64.length} characters of base64 are more than ${base64LengthMax}`);
  }
  return withoutWebAssembly(decodeFromCompressedBase64(base64, 64));
}

/** The library decodes some damaged input without complaint; what it then holds gives it away. */
function checkDecoded(counts: JsHistogram): void {
  const { totalCount, numberOfSignificantValueDigits: digits } = counts;
  if (!Number.isSafeInteger(totalCount) || totalCount < 0) {
    throw new Error(`it holds ${totalCount} values`);
  }
  if (digits < 3) throw new Error(`it keeps ${digits} significant digits, 3 are needed`);
  if (totalCount > 0 && counts.maxValue > highestUs) {
    throw new Error(`its largest value, ${counts.maxValue} us, is more than a day`);
  }
}
