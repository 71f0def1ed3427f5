import type { EventImpact } from '../model/event-finding.ts';

/** What piled up meanwhile is committed then. */
const settleMs = 1_000;

/**
 * The windows of a series in which the timeline did nothing: whether throughput held still is asked
 * of these alone, since dips that were planned are the result. What an event that was not taken back
 * left behind, a client less or a slower network, is a level of its own to the end.
 * @param values one for each window of `periodMs`, from the start of the measured window
 */
export function undisturbedWindows(
  values: readonly number[],
  periodMs: number,
  impacts: readonly EventImpact[],
): readonly number[] {
  const spans = impacts.flatMap(({ plannedMs, begunMs, endedMs, recoveredMs }) => {
    if (begunMs === null) return [];
    const fromMs = Math.min(begunMs, plannedMs ?? begunMs);
    if (endedMs === null) return [{ fromMs, toMs: Number.POSITIVE_INFINITY }];
    return [{ fromMs, toMs: endedMs + (recoveredMs ?? 0) + settleMs }];
  });
  return values.filter((_, window) => {
    const startMs = window * periodMs;
    return !spans.some(({ fromMs, toMs }) => startMs < toMs && startMs + periodMs > fromMs);
  });
}
