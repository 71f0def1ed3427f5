/**
 * When TCP as Linux has it finds out that a segment was lost: RACK-TLP (RFC 8985) and the
 * retransmission timer (RFC 6298 with Linux's minimum). In words: docs/node-contract.md.
 */
const RTO_MS_MIN = 200;
const RTO_MS_MAX = 120_000;
/** The probe for a lost tail waits this much longer than two round trips (TCP_TIMEOUT_MIN). */
const PROBE_SLACK_MS = 2;
/** So many segments that arrived after a gap prove a loss. */
const DUPLICATES = 3;

/** A segment that was lost and has not arrived yet. Times in milliseconds. */
export interface Gap {
  /** When it is sent again. */
  retryMs: number;
  /** Segments behind it that were not lost, until it was sent again. */
  followers: number;
  /** How often it was sent again. */
  attempts: number;
}

/** @param hasCompany other segments were still unacknowledged when it was sent */
export function openGap(sentMs: number, roundTripMs: number, hasCompany: boolean): Gap {
  const probeMs = 2 * roundTripMs + PROBE_SLACK_MS;
  const timeoutMs = retransmissionTimeoutMs(roundTripMs, 0);
  const waitMs = hasCompany ? Math.min(probeMs, timeoutMs) : timeoutMs;
  return { retryMs: sentMs + waitMs, followers: 0, attempts: 0 };
}

/** A later segment left at `sentMs` and arrived: its acknowledgement tells of the gap. */
export function noteFollower(gap: Gap, sentMs: number, roundTripMs: number): void {
  if (gap.attempts > 0 || sentMs >= gap.retryMs) return;
  gap.followers += 1;
  if (gap.followers > DUPLICATES) return;
  // Fewer than three may only have overtaken it: RACK then waits a quarter of a round trip more.
  const patience = gap.followers < DUPLICATES ? 1.25 : 1;
  gap.retryMs = Math.min(gap.retryMs, sentMs + patience * roundTripMs);
}

/** The segment was sent again, and lost again. */
export function noteFailedRetry(gap: Gap, roundTripMs: number): void {
  gap.retryMs += retransmissionTimeoutMs(roundTripMs, gap.attempts);
  gap.attempts += 1;
}

/** Doubles with every attempt before. */
export function retransmissionTimeoutMs(roundTripMs: number, attempts: number): number {
  return Math.min(RTO_MS_MAX, (roundTripMs + RTO_MS_MIN) * 2 ** Math.min(attempts, 20));
}
