import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { EncodedHistogram } from '../../contract/index.ts';

/** Latencies in microseconds with 3 significant digits, up to 10 minutes; longer ones count as that. */
export interface LatencyHistogram {
  /** @param elapsedMs milliseconds with fractions; below 0 counts as 0 */
  record(elapsedMs: number): void;
  readonly count: number;
  encode(): EncodedHistogram;
}

const MICROS_MAX = 600_000_000;

export function createLatencyHistogram(): LatencyHistogram {
  // 32-bit counts: 16-bit ones wrap silently at 65,536.
  const histogram: Histogram = build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MICROS_MAX,
    numberOfSignificantValueDigits: 3,
    autoResize: false,
    useWebAssembly: false,
  });
  return {
    record(elapsedMs) {
      const micros = Math.round(elapsedMs * 1_000);
      histogram.recordValue(micros <= 0 ? 0 : Math.min(micros, MICROS_MAX));
    },
    get count() {
      return histogram.totalCount;
    },
    encode: () => ({ encoding: 'hdr-v2', base64: encodeIntoCompressedBase64(histogram) }),
  };
}
