import type { RepetitionId, RunId } from '../model/ids.ts';
import type {
  HostSampleRecord,
  RepetitionRecord,
  RunListing,
  RunRecord,
  SampleRecord,
  StoredRun,
} from '../model/record.ts';
import type { RunSearch, RunsFound } from '../model/run-summary.ts';
import type { Session, SessionSearch } from '../model/session.ts';

/** Narrows a series to what is needed; everything that is left out is not narrowed. */
export interface SeriesSelection {
  readonly repetitionId?: RepetitionId;
  /** By default the last of each repetition, the one that counts. */
  readonly attempts?: 'last' | 'all';
}

export interface SampleSelection extends SeriesSelection {
  /** Exact names, labels included. */
  readonly metrics?: readonly string[];
}

/** The repetition and attempt a value belongs to. */
export interface SeriesOrigin {
  readonly repetitionId: string;
  readonly attempt: number;
}

/** The port to wherever runs are kept. Writes are idempotent: writing a record twice is one record. */
export interface Store {
  /** Inserts, or replaces the status, end, warnings and failure of a run that exists. */
  saveRun(run: RunRecord): Promise<void>;
  /** An attempt with the same number is replaced; other attempts of the repetition are kept. */
  saveRepetition(repetition: RepetitionRecord): Promise<void>;
  /** Newest first. */
  listRuns(limit: number): Promise<readonly RunListing[]>;
  /** With what their repetitions came to. */
  searchRuns(search: RunSearch): Promise<RunsFound>;
  /**
   * All attempts of all repetitions, in order of start; their `samples` and `hostSamples` are empty.
   * @throws TestbedError RUN_UNKNOWN
   */
  loadRun(id: RunId): Promise<StoredRun>;
  /** By repetition, then node and metric, then in the order in which they were taken. */
  loadSamples(
    id: RunId,
    selection?: SampleSelection,
  ): Promise<readonly (SampleRecord & SeriesOrigin)[]>;
  loadHostSamples(
    id: RunId,
    selection?: SeriesSelection,
  ): Promise<readonly (HostSampleRecord & SeriesOrigin)[]>;
  /** Completed runs with the figures that are compared over time, newest first. */
  loadSessions(search: SessionSearch): Promise<readonly Session[]>;
  close(): Promise<void>;
}

/** A store that survives the absence of its database; see spool/. */
export interface OpenedStore extends Store {
  /** Where the records go, for people; without a password. */
  readonly location: string;
  /** Records that wait on disk for the database. */
  pending(): number;
  /** The database did not answer when it was asked last. */
  isAway(): boolean;
  /** True: leave the machine in peace (a measured window); waiting records wait a little longer. */
  setQuiet(quiet: boolean): void;
}
