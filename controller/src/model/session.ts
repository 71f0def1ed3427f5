import type { RepetitionFigures } from './finding.ts';
import type { CellId } from './ids.ts';
import type { RunRecord } from './record.ts';

/** The figures of a repetition that comparisons, trends and thresholds look at. */
export type ComparedFigures = Pick<
  RepetitionFigures,
  | 'throughputTxPerSec'
  | 'successRatio'
  | 'messagesPerOperation'
  | 'bytesPerOperation'
  | 'cpuCoresPerNode'
> & {
  /** Null with no committed transaction. */
  readonly latency: Pick<
    NonNullable<RepetitionFigures['latency']>,
    'meanMs' | 'p50Ms' | 'p95Ms' | 'p99Ms'
  > | null;
};

/** The last attempt of a repetition. */
export interface SessionRepetition {
  readonly cellId: CellId;
  readonly repetition: number;
  readonly isCounted: boolean;
  readonly figures: ComparedFigures;
}

/** A stored run as history sees it: of its repetitions no more than what is compared. */
export interface Session {
  readonly run: RunRecord;
  readonly repetitions: readonly SessionRepetition[];
  /**
   * Cells that are invalid however many repetitions they have: safety was broken in some attempt,
   * or the network was off its tolerance.
   */
  readonly ruined: readonly CellId[];
}

export interface SessionSearch {
  /** Exact name of the scenario; every name if left out. */
  readonly name?: string;
  /** Started before; now if left out. */
  readonly before?: Date;
  readonly limit: number;
}
