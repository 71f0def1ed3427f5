import type { CellId, RunId } from './ids.ts';
import type { LiveNodes } from './live-nodes.ts';
import type { Plan } from './plan.ts';
import type { PhaseName, Verdict, VerdictReason } from './record.ts';

/** A node's page of metrics, as it is now. */
export interface MetricsSource {
  /** @throws Error whose message says what went wrong in a clause, or the signal's reason */
  metrics(options: { readonly signal: AbortSignal }): Promise<string>;
}

/** What the sequencer tells whoever watches. Goes up as events; nothing comes back. */
export type Progress =
  | {
      readonly kind: 'run-started';
      readonly runId: RunId;
      readonly plan: Plan;
      readonly estimatedMs: number;
    }
  | {
      readonly kind: 'repetition-started';
      /** 0-based position in the order of execution. */
      readonly position: number;
      readonly total: number;
      readonly cellId: CellId;
      readonly nodeCount: number;
      readonly repetition: number;
      readonly attempt: number;
    }
  | {
      readonly kind: 'phase-started';
      readonly phase: PhaseName;
      readonly expectedMs: number | null;
    }
  | { readonly kind: 'nodes-started'; readonly started: number; readonly total: number }
  | { readonly kind: 'nodes-ready'; readonly ready: number; readonly total: number }
  /** Pairs of regions that have been measured, while the network is verified. */
  | { readonly kind: 'network-checks'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'network-changed';
      readonly text: string;
      /** Nodes that were to change, and those that did not. */
      readonly nodes: number;
      readonly failed: number;
    }
  /** Something was done to nodes, or taken back. */
  | { readonly kind: 'node-event'; readonly text: string }
  | {
      readonly kind: 'live';
      readonly txPerSec: number;
      readonly offeredTxPerSec: number;
      readonly committedHeight: number;
      readonly nodesAnswering: number;
      readonly nodesTotal: number;
    }
  /** Nodes run, and whoever watches may read their metrics. */
  | { readonly kind: 'nodes-running'; readonly pages: readonly MetricsSource[] }
  | {
      readonly kind: 'nodes-seen';
      readonly nodes: LiveNodes;
      /** Nodes whose process is gone, by the plan or by itself. */
      readonly gone: readonly number[];
    }
  | {
      readonly kind: 'repetition-ended';
      readonly position: number;
      readonly total: number;
      readonly cellId: CellId;
      readonly nodeCount: number;
      readonly repetition: number;
      readonly attempt: number;
      /** It is invalid and will be done once more. */
      readonly isRepeated: boolean;
      readonly verdict: Verdict;
      readonly reasons: readonly VerdictReason[];
      readonly throughputTxPerSec: number | null;
      readonly latencyP50Ms: number | null;
      readonly latencyP99Ms: number | null;
      /** Committed of the transactions due: those that the latencies are of. */
      readonly successRatio: number | null;
      readonly remainingMs: number;
    }
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'stopping'; readonly reason: string };

export type ProgressListener = (event: Progress) => void;
