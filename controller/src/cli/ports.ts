/**
 * What the verbs need done in the world. `wiring.ts` does it with real adapters, tests with
 * hand-written fakes.
 */

import type { Check } from '../conform/check-list.ts';
import type { ConformRequest } from '../conform/conform.ts';
import type { CleanOutcome } from '../ledger/clean.ts';
import type { RunId } from '../model/ids.ts';
import type { Capacity, Plan } from '../model/plan.ts';
import type { ProgressListener } from '../model/progress.ts';
import type { HostFacts } from '../model/record.ts';
import type { RuntimeChoice, RuntimeKind } from '../model/scenario.ts';
import type { CellImages } from '../run/repetition-request.ts';
import type { PlanOutcome } from '../run/run-plan.ts';
import type { CellVerification, VerifyRequest } from '../run/verify-plan.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { OpenedStore } from '../store/store.ts';
import type { Probe } from './doctor/probe.ts';
import type { Interrupts } from './interrupts.ts';

export interface Wiring {
  readonly dataFolder: string;

  /**
   * The adapter for a runtime; `auto` is Docker. Connects to nothing yet.
   * @param command of the scenario: what the process runtime starts instead of our own node
   * @throws TestbedError DOCKER_UNREACHABLE if the address of the daemon makes no sense
   */
  openRuntime(choice: RuntimeChoice): Promise<Runtime>;

  /**
   * A database that is away is no failure here: writes wait on disk, reads throw.
   * @throws TestbedError DATABASE_UNAVAILABLE, DATABASE_MIGRATION, DATA_FOLDER_UNUSABLE
   */
  openStore(options: OpenStoreOptions): Promise<StoreHandle>;

  /**
   * The database for a person to look into; up until closed.
   * @throws TestbedError DATABASE_UNAVAILABLE, DATABASE_MIGRATION, DATA_FOLDER_UNUSABLE, DISK_FULL
   */
  openDatabase(options: Pick<OpenStoreOptions, 'onWarning'>): Promise<DatabaseAccess>;

  /** Carries a plan out and stores what it measures. */
  execute(request: ExecuteRequest): Promise<PlanOutcome>;

  /** Brings up the networks of a plan, shapes and measures them, removes them. Stores nothing. */
  verify(request: VerifyNetworksRequest): Promise<readonly CellVerification[]>;

  /** Holds a node against the contract. Stores nothing. */
  conform(request: ConformNodeRequest): Promise<Conformity>;

  /**
   * Removes what dead runs have left behind, and nothing else.
   * @throws TestbedError RUN_ACTIVE when the named run is still going
   */
  clean(options: CleanOptions): Promise<CleanOutcome>;

  /** The eyes of `doctor`. */
  readonly probe: Probe;
}

export interface OpenStoreOptions {
  /** Fires when the command should end soon. */
  readonly signal: AbortSignal;
  readonly onWarning: (text: string) => void;
}

export interface DatabaseAccess {
  readonly location: string;
  /** May hold a password. */
  readonly url: string;
  readonly psqlLine: string;
  close(): Promise<void>;
}

export interface StoreHandle {
  readonly store: OpenedStore;
  /** Processes of a database of ours, which are part of our own load on the host. */
  readonly ownPids: readonly number[];
}

export interface ExecuteRequest {
  readonly runId: RunId;
  readonly plan: Plan;
  readonly capacity: Capacity;
  readonly runtime: Runtime;
  readonly images: CellImages;
  readonly hosts: readonly HostFacts[];
  readonly database: StoreHandle;
  readonly warnings: readonly string[];
  /** Measure all the same when the network is not the one asked for. */
  readonly allowMismatch: boolean;
  /** Keep the logs of all nodes, not only of those that failed. */
  readonly keepLogs: boolean;
  readonly onProgress: ProgressListener;
  readonly interrupts: Interrupts;
}

export interface VerifyNetworksRequest extends VerifyRequest {
  readonly runtime: Runtime;
  readonly onProgress: ProgressListener;
  readonly interrupts: Interrupts;
}

export interface ConformNodeRequest extends Omit<ConformRequest, 'onCheck'> {
  readonly runtime: Runtime;
  /** Also where nothing fails. */
  readonly keepLogs: boolean;
  readonly interrupts: Interrupts;
}

export interface Conformity {
  readonly checks: readonly Check[];
  /** Folder of the nodes' logs; null if none were kept. */
  readonly logsPath: string | null;
}

export interface CleanOptions {
  /** Where to look. */
  readonly runtimes: readonly RuntimeKind[];
  /** Only this run; null for all that are dead. */
  readonly runId: RunId | null;
  /** With `runId`: even if its controller is known to live. */
  readonly force: boolean;
  /** Say what would be removed; remove nothing. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}
