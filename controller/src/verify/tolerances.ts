import type { Shaper } from '../shape/shaper.ts';

/**
 * How far a measured network may be from the planned one (docs/verdicts.md, network-mismatch).
 * The sampling error is allowed for in addition, by the checks themselves.
 */

/** Of the planned median round trip. */
const RTT_RATIOS = { netem: 0.03, userspace: 0.05 } as const;

/** Timers of a kernel, and of an event loop at each end that counts in whole milliseconds. */
const TIMER_MS = { netem: 1, userspace: 2 } as const;

/**
 * 3 % of what is planned or 1 ms, whichever is more; in userspace 5 % or 2 ms. The unshaped round
 * trip of a host (0.05 to 0.2 ms between two containers), which adds to every measurement, has to
 * fit in here too.
 */
export function toleranceMs(plannedMs: number, shaper: Shaper['kind']): number {
  return Math.max(RTT_RATIOS[shaper] * plannedMs, TIMER_MS[shaper]);
}

/** Of the planned rate, on both sides. */
export const RATE_TOLERANCE_RATIO = 0.05;

/** At least this share of round trips lies in the range asked for, widened by the tolerance. */
export const IN_RANGE_RATIO_MIN = 0.9;

/** What a busy host loses now and then is no shaping: of round trips where no loss is asked for. */
export const STRAY_LOSS_RATIO = 2e-4;

/** A single one is no evidence at all. */
export const STRAY_LOSSES_MAX = 1;
