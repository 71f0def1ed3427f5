import type { CellId } from './ids.ts';
import type { RunRecord, Verdict, VerdictReason } from './record.ts';

/** What analysis says about a stored run: numbers with their uncertainty, and a headline. */

/**
 * A mean over repetitions with its 95 % Student t interval. `interval` is null with fewer than
 * two repetitions: one run has no interval, and 0 would be a claim.
 */
export interface Estimate {
  readonly mean: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** One value per repetition, in order of repetition. */
  readonly values: readonly number[];
}

/** Latency of one cell in milliseconds. Percentiles are null where too few samples support them. */
export interface LatencySummary {
  readonly mean: Estimate | null;
  readonly p50: Estimate | null;
  readonly p95: Estimate | null;
  readonly p99: Estimate | null;
  readonly max: Estimate | null;
  /** Over the merged histogram of all counted repetitions. */
  readonly merged: {
    readonly count: number;
    readonly meanMs: number;
    readonly p50Ms: number;
    readonly p95Ms: number;
    readonly p99Ms: number | null;
    readonly maxMs: number;
  } | null;
}

export interface CellFinding {
  readonly cellId: CellId;
  readonly nodeCount: number;
  readonly repetitionsPlanned: number;
  readonly repetitionsDone: number;
  /** valid + suspect: those the figures are computed over. */
  readonly repetitionsCounted: number;
  readonly verdict: Verdict;
  readonly reasons: readonly VerdictReason[];
  readonly offeredTxPerSec: number;
  readonly throughputTxPerSec: Estimate | null;
  readonly blocksPerSec: Estimate | null;
  readonly latency: LatencySummary;
  readonly blockLatencyP50Ms: Estimate | null;
  /** Committed of the transactions due inside the window, 0-1. */
  readonly successRatio: Estimate | null;
  readonly messagesPerOperation: Estimate | null;
  readonly bytesPerOperation: Estimate | null;
  /** Cores used by one node, mean over nodes. */
  readonly cpuCoresPerNode: Estimate | null;
  /** Largest working set of a node, mean over nodes. */
  readonly memoryBytesPerNode: Estimate | null;
  readonly roundsTimedOut: Estimate | null;
  /** Throttled over all scheduling periods, 0-1; null outside limited containers. */
  readonly throttledRatio: Estimate | null;
  readonly bringUpMs: Estimate | null;
}

/** The first line of every result: the worst thing that can be said about it, or that all is well. */
export interface Headline {
  readonly kind: 'safety-violation' | 'failed' | 'invalid' | 'host-limited' | 'suspect' | 'valid';
  readonly text: string;
}

export interface RunFinding {
  readonly run: RunRecord;
  readonly headline: Headline;
  readonly cells: readonly CellFinding[];
  readonly warnings: readonly string[];
}
