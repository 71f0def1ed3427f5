import type { LatencyFigures, PercentilePoint } from '../model/finding.ts';
import type { LatencyHistogram } from '../model/latency-histogram.ts';

/** What is said of a latency histogram: only what its values bear. */

/** A 99th percentile of fewer values rests on fewer than ten of them. */
const countForP99 = 1000;
/** Values that must lie beyond the last point of a percentile curve. */
const tailCountMin = 10;

/** @returns null for an empty histogram: nothing was measured, and 0 ms would be a claim */
export function readFigures(histogram: LatencyHistogram): LatencyFigures | null {
  const { count, meanMs, maxMs } = histogram;
  const p50Ms = histogram.percentileMs(50);
  const p95Ms = histogram.percentileMs(95);
  if (meanMs === null || maxMs === null || p50Ms === null || p95Ms === null) return null;
  const p99Ms = count < countForP99 ? null : histogram.percentileMs(99);
  return { count, meanMs, p50Ms, p95Ms, p99Ms, maxMs };
}

/**
 * The percentile curve, ten points per factor of ten in 1 / (1 - ratio), up to the last point that
 * at least ten values lie beyond. Empty for fewer than 20 values.
 */
export function readCurve(histogram: LatencyHistogram): readonly PercentilePoint[] {
  const points: PercentilePoint[] = [];
  if (histogram.count < 2 * tailCountMin) return points;
  for (let step = 0; step <= 90; step++) {
    const beyond = 10 ** (-step / 10);
    const ms = histogram.percentileMs(100 * (1 - beyond));
    if (ms === null || histogram.count * beyond < tailCountMin) break;
    points.push({ ratio: 1 - beyond, ms });
  }
  return points;
}
