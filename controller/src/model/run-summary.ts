import type { ShaperKind } from './network.ts';
import type { RunListing, RunStatus, Verdict } from './record.ts';
import type { RuntimeKind } from './scenario.ts';

/**
 * What a list of runs says of one. The verdict is that of its worst cell, by the count of its
 * repetitions alone; a report, which looks closer, has the last word.
 */
export interface RunSummary extends RunListing {
  /** Of the last attempt of each repetition. */
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** unsafe: nodes committed different logs. Null before the first repetition, and while it runs. */
  readonly verdict: RunVerdict | null;
  /** Of its best cell: mean over the repetitions that count. */
  readonly peakTxPerSec: number | null;
  readonly failureMessage: string | null;
}

export type RunVerdict = Verdict | 'unsafe';

/** Every condition that is given has to hold. */
export interface RunSearch {
  /** In id, name, network or what is varied, in either case. */
  readonly text?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly verdict?: RunVerdict | 'none' | undefined;
  readonly runtime?: RuntimeKind | undefined;
  readonly shaper?: ShaperKind | undefined;
  readonly nodeCount?: number | undefined;
  readonly startedFrom?: Date | undefined;
  readonly startedBefore?: Date | undefined;
  readonly limit: number;
}

export interface RunsFound {
  /** The latest first. */
  readonly runs: readonly RunSummary[];
  /** That fit, also beyond `limit`. */
  readonly total: number;
}
