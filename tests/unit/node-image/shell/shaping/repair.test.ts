import { describe, expect, it } from '@jest/globals';
import {
  noteFailedRetry,
  noteFollower,
  openGap,
  retransmissionTimeoutMs,
} from '../../../../../node-image/src/shell/shaping/repair.ts';

const ROUND_TRIP_MS = 80;

describe('when a lost segment is sent again', () => {
  it('is after one round trip of the third segment behind it', () => {
    const gap = openGap(1_000, ROUND_TRIP_MS, true);
    for (const sentMs of [1_000, 1_001, 1_002, 1_003]) noteFollower(gap, sentMs, ROUND_TRIP_MS);
    expect(gap.retryMs).toBe(1_082);
  });

  it('is after a round trip and a quarter of the first, if fewer follow', () => {
    const gap = openGap(1_000, ROUND_TRIP_MS, true);
    noteFollower(gap, 1_010, ROUND_TRIP_MS);
    noteFollower(gap, 1_011, ROUND_TRIP_MS);
    expect(gap.retryMs).toBe(1_110);
  });

  it('is after two round trips if nothing follows but others were under way', () => {
    expect(openGap(1_000, ROUND_TRIP_MS, true).retryMs).toBe(1_162);
    // Never later than the retransmission timer.
    expect(openGap(1_000, 400, true).retryMs).toBe(1_600);
  });

  it('is after the retransmission timeout if it was alone', () => {
    expect(openGap(1_000, ROUND_TRIP_MS, false).retryMs).toBe(1_280);
  });

  it('takes no notice of what follows too late', () => {
    const gap = openGap(1_000, ROUND_TRIP_MS, false);
    noteFollower(gap, 1_280, ROUND_TRIP_MS);
    expect(gap.retryMs).toBe(1_280);
  });

  it('waits twice as long after every retransmission that is lost', () => {
    const gap = openGap(1_000, ROUND_TRIP_MS, false);
    const waits = [1, 2, 3].map(() => {
      const before = gap.retryMs;
      noteFailedRetry(gap, ROUND_TRIP_MS);
      return gap.retryMs - before;
    });
    expect(waits).toEqual([280, 560, 1_120]);
    noteFollower(gap, gap.retryMs - 1_000, ROUND_TRIP_MS);
    expect(gap.retryMs).toBe(1_280 + 280 + 560 + 1_120);
    expect(retransmissionTimeoutMs(ROUND_TRIP_MS, 50)).toBe(120_000);
  });
});
