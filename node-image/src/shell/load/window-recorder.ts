import type { NodeResults, WindowCounters } from '../../contract/index.ts';
import { createCommitSlices } from './commit-slices.ts';
import { createLatencyHistogram } from './latency-histogram.ts';

/** One transaction of this node, in the node's monotonic Unix milliseconds. */
export interface SentTransaction {
  readonly dueMs: number;
  readonly sentMs: number;
}

/**
 * Everything that is measured between two edges. Times are the node's monotonic clock; the edges'
 * wall-clock times are only passed through to the results.
 */
export interface WindowRecorder {
  readonly startMs: number;
  readonly endMs: number;
  due(transaction: SentTransaction): void;
  committed(transaction: SentTransaction, nowMs: number): void;
  rejected(transaction: SentTransaction): void;
  /** A block that this node proposed was committed here. */
  ownBlock(createdMs: number, nowMs: number): void;
  /** A block of anybody was committed here. */
  block(transactionCount: number, nowMs: number): void;
  /** Sending ended early: nothing after this belongs to the window. */
  cutAt(nowMs: number): void;
  results(counters: WindowCounters): NodeResults;
}

export interface WindowOptions {
  readonly startMs: number;
  readonly endMs: number;
  /** Wall clock minus monotonic clock, taken once when the load was ordered. */
  readonly wallOffsetMs: number;
}

const SLICE_MS = 1_000;
const SHORT_SLICE_MS = 100;
/** Windows below this are cut into short slices. */
const LONG_WINDOW_MS = 10_000;

export function createWindowRecorder(options: WindowOptions): WindowRecorder {
  const { startMs } = options;
  let endMs = options.endMs;
  const periodMs = endMs - startMs >= LONG_WINDOW_MS ? SLICE_MS : SHORT_SLICE_MS;
  const slices = Math.max(1, Math.ceil((endMs - startMs) / periodMs));
  const scheduledPerSlice = new Array<number>(slices).fill(0);
  const committedPerSlice = new Array<number>(slices).fill(0);
  const commitLatency = createLatencyHistogram();
  const serviceLatency = createLatencyHistogram();
  const sendLag = createLatencyHistogram();
  const blockLatency = createLatencyHistogram();
  const commits = createCommitSlices(endMs - startMs);
  let scheduledInWindow = 0;
  let committedOfWindow = 0;
  let rejectedOfWindow = 0;
  let committedInWindow = 0;

  const isInside = (atMs: number): boolean => atMs >= startMs && atMs < endMs;
  const count = (series: number[], atMs: number): void => {
    const slice = Math.floor((atMs - startMs) / periodMs);
    series[slice] = (series[slice] ?? 0) + 1;
  };

  return {
    startMs,
    get endMs() {
      return endMs;
    },
    due({ dueMs, sentMs }) {
      if (!isInside(dueMs)) return;
      scheduledInWindow += 1;
      count(scheduledPerSlice, dueMs);
      sendLag.record(sentMs - dueMs);
    },
    committed({ dueMs, sentMs }, nowMs) {
      if (isInside(nowMs)) {
        committedInWindow += 1;
        count(committedPerSlice, nowMs);
      }
      if (!isInside(dueMs)) return;
      committedOfWindow += 1;
      commitLatency.record(nowMs - dueMs);
      serviceLatency.record(nowMs - sentMs);
    },
    rejected({ dueMs }) {
      if (isInside(dueMs)) rejectedOfWindow += 1;
    },
    ownBlock(createdMs, nowMs) {
      if (isInside(nowMs)) blockLatency.record(nowMs - createdMs);
    },
    block(transactionCount, nowMs) {
      if (isInside(nowMs)) commits.add(nowMs - startMs, transactionCount);
    },
    cutAt(nowMs) {
      endMs = Math.max(startMs, Math.min(endMs, nowMs));
      const kept = Math.ceil((endMs - startMs) / periodMs);
      scheduledPerSlice.length = Math.min(scheduledPerSlice.length, kept);
      committedPerSlice.length = Math.min(committedPerSlice.length, kept);
    },
    results: (counters) => ({
      window: {
        startUnixMs: startMs + options.wallOffsetMs,
        endUnixMs: endMs + options.wallOffsetMs,
      },
      scheduledInWindow,
      committedOfWindow,
      rejectedOfWindow,
      committedInWindow,
      counters,
      histograms: {
        commitLatency: commitLatency.encode(),
        serviceLatency: serviceLatency.encode(),
        sendLag: sendLag.encode(),
        blockLatency: blockLatency.encode(),
      },
      series: { periodMs, scheduled: [...scheduledPerSlice], committed: [...committedPerSlice] },
      commits: commits.read(),
    }),
  };
}
