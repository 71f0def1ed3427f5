/**
 * What carrying out a scenario needs done in the world, whoever asks for it: the command line or
 * the server. cli/wiring.ts does it with real adapters.
 */

import type { CleanOutcome } from '../ledger/clean.ts';
import type { RunId } from '../model/ids.ts';
import type { Capacity, Plan } from '../model/plan.ts';
import type { ProgressListener } from '../model/progress.ts';
import type { HostFacts } from '../model/record.ts';
import type { RuntimeChoice, RuntimeKind } from '../model/scenario.ts';
import type { CellImages } from '../run/repetition-request.ts';
import type { PlanOutcome } from '../run/run-plan.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { OpenedStore } from '../store/store.ts';

/** Two ways to end, as signals that travel down to everything that waits. */
export interface Endings {
  /** First request: stop the load, collect what there is, remove. */
  readonly stop: AbortSignal;
  /** Second request: remove at once. */
  readonly kill: AbortSignal;
}

export interface Workshop {
  readonly dataFolder: string;

  /**
   * The adapter for a runtime; `auto` is Docker. Connects to nothing yet.
   * @throws TestbedError DOCKER_UNREACHABLE if the address of the daemon makes no sense
   */
  openRuntime(choice: RuntimeChoice): Promise<Runtime>;

  /**
   * A database that is away is no failure here: writes wait on disk, reads throw.
   * @throws TestbedError DATABASE_UNAVAILABLE, DATABASE_MIGRATION, DATA_FOLDER_UNUSABLE
   */
  openStore(options: OpenStoreOptions): Promise<StoreHandle>;

  /** Carries a plan out and stores what it measures. */
  execute(request: ExecuteRequest): Promise<PlanOutcome>;

  /**
   * Removes what dead runs have left behind, and nothing else.
   * @throws TestbedError RUN_ACTIVE when the named run is still going
   */
  clean(options: CleanOptions): Promise<CleanOutcome>;

  readonly probe: KernelSettings;
}

export interface KernelSettings {
  /** A kernel setting by its dotted name, if it is a number. */
  sysctl(name: string): Promise<number | null>;
}

export interface OpenStoreOptions {
  /** Fires when the command should end soon. */
  readonly signal: AbortSignal;
  readonly onWarning: (text: string) => void;
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
  /** How it was asked for; by default, the command line of this process. */
  readonly commandLine?: string;
  readonly onProgress: ProgressListener;
  readonly interrupts: Endings;
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
