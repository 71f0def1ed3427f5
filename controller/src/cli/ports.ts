/**
 * What the verbs need done in the world. `wiring.ts` does it with real adapters, tests with
 * hand-written fakes.
 */

import type { RunId } from '../model/ids.ts';
import type { Capacity, Plan } from '../model/plan.ts';
import type { ProgressListener } from '../model/progress.ts';
import type { HostFacts } from '../model/record.ts';
import type { RuntimeChoice, RuntimeKind } from '../model/scenario.ts';
import type { PlanOutcome } from '../run/run-plan.ts';
import type { OwnedObject, ResolvedImage, Runtime } from '../runtime/runtime.ts';
import type { Store } from '../store/store.ts';
import type { Probe } from './doctor/probe.ts';
import type { Interrupts } from './interrupts.ts';

export interface Wiring {
  readonly dataFolder: string;

  /**
   * The adapter for a runtime; `auto` is Docker. Connects to nothing yet.
   * @throws TestbedError DOCKER_UNREACHABLE if the address of the daemon makes no sense
   */
  openRuntime(choice: RuntimeChoice): Promise<Runtime>;

  /** @throws TestbedError DATABASE_UNAVAILABLE, DATABASE_MIGRATION, DATA_FOLDER_UNUSABLE */
  openStore(options: { readonly signal: AbortSignal }): Promise<OpenedStore>;

  /** Carries a plan out and stores what it measures. */
  execute(request: ExecuteRequest): Promise<PlanOutcome>;

  /**
   * Removes what dead runs have left behind on these runtimes, and nothing else.
   * @param options.runId only this run, even if its controller lives
   */
  clean(options: CleanOptions): Promise<CleanOutcome>;

  /** The eyes of `doctor`. */
  readonly probe: Probe;
}

export interface OpenedStore {
  readonly store: Store;
  /** `an embedded PostgreSQL in /path`, `db.example:5432/testbed` */
  readonly description: string;
  /** Processes of an embedded database, which are part of our own load on the host. */
  readonly ownPids: readonly number[];
}

export interface ExecuteRequest {
  readonly runId: RunId;
  readonly plan: Plan;
  readonly capacity: Capacity;
  readonly runtime: Runtime;
  readonly image: ResolvedImage;
  readonly host: HostFacts;
  readonly store: OpenedStore;
  readonly warnings: readonly string[];
  readonly onProgress: ProgressListener;
  readonly interrupts: Interrupts;
}

export interface CleanOptions {
  readonly runtimes: readonly RuntimeKind[];
  readonly runId?: RunId;
  /** Also what seems to belong to living runs. */
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

export interface CleanOutcome {
  /** Removed, or to be removed on a dry run. */
  readonly removed: readonly OwnedObject[];
  /** Left alone: their run is alive, or lives where this process cannot see. */
  readonly kept: readonly OwnedObject[];
  /** Why something could not be looked at or removed; empty if all went well. */
  readonly problems: readonly string[];
}
