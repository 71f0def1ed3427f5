import type { RunId } from '../model/ids.ts';
import type {
  HostSampleRecord,
  RepetitionRecord,
  RunListing,
  RunRecord,
  SampleRecord,
  StoredRun,
} from '../model/record.ts';

/** The port to wherever runs are kept. Writes are idempotent: writing a record twice is one record. */
export interface Store {
  /** Inserts, or replaces the status, end, warnings and failure of a run that exists. */
  saveRun(run: RunRecord): Promise<void>;
  saveRepetition(repetition: RepetitionRecord): Promise<void>;
  listRuns(limit: number): Promise<readonly RunListing[]>;
  /** @throws TestbedError RUN_UNKNOWN. `samples` and `hostSamples` of the repetitions are empty. */
  loadRun(id: RunId): Promise<StoredRun>;
  loadSamples(id: RunId): Promise<readonly (SampleRecord & { repetitionId: string })[]>;
  loadHostSamples(id: RunId): Promise<readonly (HostSampleRecord & { repetitionId: string })[]>;
  close(): Promise<void>;
}
