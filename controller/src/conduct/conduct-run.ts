/**
 * From a scenario to a stored run: what the command line and the server do alike. Knows the ports
 * alone; who watches, and what becomes of the result, is the caller's.
 */
import type { Clock } from '../lib/clock.ts';
import type { RunId } from '../model/ids.ts';
import type { Scenario } from '../model/scenario.ts';
import type { PlanOutcome } from '../run/run-plan.ts';
import type { Endings, ExecuteRequest, StoreHandle, Workshop } from './ports.ts';
import { preparePlan } from './prepare-plan.ts';
import { removeLeftovers } from './remove-leftovers.ts';

export interface ConductOptions {
  /** Refuse what has to be clamped or overcommits the host. */
  readonly strict: boolean;
  /** Measure all the same when the network is not the one asked for. */
  readonly allowMismatch: boolean;
  /** Keep the logs of all nodes of every repetition. */
  readonly keepLogs: boolean;
}

export interface ConductDependencies {
  readonly workshop: Pick<Workshop, 'openRuntime' | 'clean' | 'probe'>;
  readonly clock: Clock;
  readonly endings: Endings;
  /** Told what was met on the way, in a sentence. */
  readonly note: (text: string) => void;
  /** Called once there is a plan. The store is the caller's to close. */
  readonly openStore: () => Promise<StoreHandle>;
  readonly createRunId: () => RunId;
  /** Carries the plan out, watched by whoever the caller wants. */
  readonly measure: (request: Omit<ExecuteRequest, 'onProgress'>) => Promise<PlanOutcome>;
}

/** @throws TestbedError when nothing was measured and there is no run */
export async function conductRun(
  scenario: Scenario,
  { strict, ...options }: ConductOptions,
  deps: ConductDependencies,
): Promise<PlanOutcome> {
  const { workshop, clock, endings, note } = deps;
  const signal = endings.stop;
  const runtime = await workshop.openRuntime(scenario.runtime);
  try {
    await removeLeftovers(runtime, { workshop, clock, signal, note });
    const { probe } = workshop;
    const prepared = await preparePlan(scenario, runtime, { strict }, { probe, signal });
    const { shaperWarnings, ...rest } = prepared;
    const database = await deps.openStore();
    return await deps.measure({
      ...rest,
      ...options,
      runtime,
      database,
      runId: deps.createRunId(),
      warnings: shaperWarnings,
      interrupts: endings,
    });
  } finally {
    await runtime.close();
  }
}
