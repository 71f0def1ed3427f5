import type { Coordinate } from './axis.ts';
import type { ByzantineFinding } from './byzantine-finding.ts';
import type { EventFinding, EventImpact } from './event-finding.ts';
import type { CellId, RepetitionId } from './ids.ts';
import type { NetworkFinding } from './network-finding.ts';
import type { RunFailure, RunRecord, Verdict, VerdictReason } from './record.ts';
import type { Edge } from './topology.ts';

/** What analysis says about a stored run: numbers with their uncertainty, and a headline. */

/**
 * A mean over repetitions with its 95 % Student t interval. `interval` is null with fewer than
 * three repetitions: one has none, 0 would be a claim, and that of two says nothing; their values do.
 */
export interface Estimate {
  readonly mean: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Log where the values spread by more than 10 %: the interval is then of the geometric mean. */
  readonly scale: 'linear' | 'log';
  /** One value per repetition, in order of repetition. */
  readonly values: readonly number[];
}

/** Latency of one histogram in milliseconds. `p99Ms` is null below 1,000 transactions. */
export interface LatencyFigures {
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number | null;
  readonly maxMs: number;
}

/** A point of a percentile curve: the share `ratio` (0-1) of the transactions took at most `ms`. */
export interface PercentilePoint {
  readonly ratio: number;
  readonly ms: number;
}

/** Latency of one cell in milliseconds. Percentiles are null where too few samples support them. */
export interface LatencySummary {
  /** Committed of the transactions due: those that the latencies are of. Null if not known. */
  readonly shareOfDue: number | null;
  readonly mean: Estimate | null;
  readonly p50: Estimate | null;
  readonly p95: Estimate | null;
  readonly p99: Estimate | null;
  readonly max: Estimate | null;
  /** Over the merged histogram of all repetitions of the basis. */
  readonly merged: (LatencyFigures & { readonly curve: readonly PercentilePoint[] }) | null;
}

/**
 * Whether throughput held still over the window. `too-short`: too few windows to say;
 * `not-rejected`: no drift was found, which is less than a proof that there is none.
 */
export interface Steadiness {
  readonly kind: 'too-short' | 'not-rejected' | 'unsteady';
  /** Windows of one second that were looked at. */
  readonly windows: number;
  /** Leading windows that MSER-5 takes for warm-up. They are not cut from any figure. */
  readonly warmUpWindows: number | null;
  /** Theil-Sen drift over the rest of the window, relative to its median. */
  readonly driftRatio: number | null;
}

/** The figures of one repetition; null where it did not deliver what a figure needs. */
export interface RepetitionFigures {
  readonly windowSeconds: number | null;
  readonly throughputTxPerSec: number | null;
  readonly blocksPerSec: number | null;
  readonly latency: LatencyFigures | null;
  readonly blockLatencyP50Ms: number | null;
  readonly successRatio: number | null;
  readonly messagesPerOperation: number | null;
  readonly bytesPerOperation: number | null;
  /** Null where every node has a link to every other. */
  readonly relayedPerOperation?: number | null;
  readonly hopsPerMessage?: number | null;
  readonly cpuCoresPerNode: number | null;
  readonly memoryBytesPerNode: number | null;
  readonly memoryBytesPeak: number | null;
  readonly roundsTimedOut: number | null;
  readonly throttledRatio: number | null;
  readonly bringUpMs: number | null;
}

export interface RepetitionFinding {
  readonly id: RepetitionId;
  readonly cellId: CellId;
  readonly nodeCount: number;
  readonly repetition: number;
  readonly attempt: number;
  readonly startedAt: Date;
  readonly verdict: Verdict;
  readonly reasons: readonly VerdictReason[];
  readonly failure: RunFailure | null;
  /** Valid or suspect: its figures are part of the cell's. */
  readonly isCounted: boolean;
  readonly nodesReporting: number;
  readonly figures: RepetitionFigures;
  /** Committed per second of the whole network in each window of `series.periodMs`. */
  readonly series: { readonly periodMs: number; readonly txPerSec: readonly number[] } | null;
  readonly steadiness: Steadiness;
  /** What each event of its timeline did; absent without a timeline. */
  readonly impacts?: readonly EventImpact[];
}

/**
 * How much weight a cell can bear, 0-100: the weighted geometric mean of its components (0-1), so
 * that one that is 0 makes all of it 0. Null components could not be judged and have no weight.
 */
export interface Quality {
  readonly score: number;
  readonly band: 'high' | 'medium' | 'low' | 'unreliable';
  readonly components: {
    readonly repetitions: number;
    readonly interval: number;
    readonly steadiness: number | null;
    readonly verdicts: number;
    readonly scrapes: number;
  };
  /** Name of the lowest component; null if all are 1. */
  readonly weakest: keyof Quality['components'] | null;
}

/** A reason of a cell: the worst of its repetitions' with that code, or one of the cell's own. */
export interface CellReason extends VerdictReason {
  /** Last attempts in which it came up; null if it is about the cell and not a repetition. */
  readonly repetitions: number | null;
}

/** What nodes told of their connections, against the topology of the plan. */
export interface GraphFinding {
  /** Times that they were asked, and at how many of these not all told. */
  readonly readings: number;
  readonly readingsPartial: number;
  /** Links that were not as planned, in repetitions that were judged so: ascending. */
  readonly missing: readonly EdgeCount[];
  readonly extra: readonly EdgeCount[];
}

export interface EdgeCount {
  readonly edge: Edge;
  readonly readings: number;
}

export interface CellFinding {
  readonly cellId: CellId;
  /** One for each axis of the plan, in their order. */
  readonly coordinates: readonly Coordinate[];
  readonly nodeCount: number;
  readonly repetitionsPlanned: number;
  readonly repetitionsDone: number;
  /** valid + suspect. */
  readonly repetitionsCounted: number;
  readonly verdict: Verdict;
  readonly reasons: readonly CellReason[];
  /**
   * Over which repetitions the figures below are. counted: valid and suspect ones. uncounted: none
   * is counted, so all that delivered something, for a look and nothing else; no figure then has
   * an interval. none: nothing was delivered.
   */
  readonly basis: 'counted' | 'uncounted' | 'none';
  readonly offeredTxPerSec: number;
  readonly throughputTxPerSec: Estimate | null;
  readonly blocksPerSec: Estimate | null;
  readonly latency: LatencySummary;
  readonly blockLatencyP50Ms: Estimate | null;
  /** Committed of the transactions due inside the window, 0-1. */
  readonly successRatio: Estimate | null;
  readonly messagesPerOperation: Estimate | null;
  readonly bytesPerOperation: Estimate | null;
  /** Null where every node has a link to every other. */
  readonly relayedPerOperation?: Estimate | null;
  readonly hopsPerMessage?: Estimate | null;
  /** Cores used by one node, mean over nodes. */
  readonly cpuCoresPerNode: Estimate | null;
  /** Largest working set of a node, mean over nodes. */
  readonly memoryBytesPerNode: Estimate | null;
  /** Largest working set of all nodes. */
  readonly memoryBytesPeak: Estimate | null;
  readonly roundsTimedOut: Estimate | null;
  /** Throttled over all scheduling periods, 0-1; null outside limited containers. */
  readonly throttledRatio: Estimate | null;
  readonly bringUpMs: Estimate | null;
  /**
   * The least commit latency that protocol, topology and planned delays allow, and how many times
   * it the median was; absent where nothing is shaped, or the protocol's paths are not known.
   */
  readonly latencyFloor?: {
    readonly medianMs: number;
    readonly leastMs: number;
    /** Mean p50 over `medianMs`; null without one. */
    readonly ratio: number | null;
  };
  /** Null where nothing was shaped, or no repetition came that far. */
  readonly network: NetworkFinding | null;
  /** Who nodes said they were linked to, over the last attempts; absent where nobody was asked. */
  readonly graph?: GraphFinding;
  /** Of the timeline, over the repetitions of the basis; absent without a timeline. */
  readonly events?: readonly EventFinding[];
  /** What members that broke the rules cost the others; absent where nobody did. */
  readonly byzantine?: ByzantineFinding;
  /** Last attempt of each repetition, in order, counted or not. */
  readonly repetitions: readonly RepetitionFinding[];
  /** Earlier attempts of repetitions that were done again; never counted. */
  readonly superseded: readonly RepetitionFinding[];
  readonly quality: Quality;
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
