/**
 * What the verbs need done in the world. `wiring.ts` does it with real adapters, tests with
 * hand-written fakes.
 */

import type { Endings, OpenStoreOptions, Workshop } from '../conduct/ports.ts';
import type { Check } from '../conform/check-list.ts';
import type { ConformRequest } from '../conform/conform.ts';
import type { ProgressListener } from '../model/progress.ts';
import type { CellVerification, VerifyRequest } from '../run/verify-plan.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Probe } from './doctor/probe.ts';

export interface Wiring extends Workshop {
  /**
   * The database for a person to look into; up until closed.
   * @throws TestbedError DATABASE_UNAVAILABLE, DATABASE_MIGRATION, DATA_FOLDER_UNUSABLE, DISK_FULL
   */
  openDatabase(options: Pick<OpenStoreOptions, 'onWarning'>): Promise<DatabaseAccess>;

  /** Brings up the networks of a plan, shapes and measures them, removes them. Stores nothing. */
  verify(request: VerifyNetworksRequest): Promise<readonly CellVerification[]>;

  /** Holds a node against the contract. Stores nothing. */
  conform(request: ConformNodeRequest): Promise<Conformity>;

  /** The eyes of `doctor`. */
  readonly probe: Probe;
}

export interface DatabaseAccess {
  readonly location: string;
  /** May hold a password. */
  readonly url: string;
  readonly psqlLine: string;
  close(): Promise<void>;
}

export interface VerifyNetworksRequest extends VerifyRequest {
  readonly runtime: Runtime;
  readonly onProgress: ProgressListener;
  readonly interrupts: Endings;
}

export interface ConformNodeRequest extends Omit<ConformRequest, 'onCheck'> {
  readonly runtime: Runtime;
  /** Also where nothing fails. */
  readonly keepLogs: boolean;
  readonly interrupts: Endings;
}

export interface Conformity {
  readonly checks: readonly Check[];
  /** Folder of the nodes' logs; null if none were kept. */
  readonly logsPath: string | null;
}
