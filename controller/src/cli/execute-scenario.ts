/** From a scenario to its printed result: what `run` and `sweep` share. */
import { exitCodes } from '../errors/catalogue.ts';
import type { TestbedError } from '../errors/testbed-error.ts';
import { createRunId } from '../model/ids.ts';
import type { Plan } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';
import { createPlan } from '../plan/create-plan.ts';
import { assertFits, estimateCapacity } from '../plan/estimate-capacity.ts';
import type { PlanOutcome } from '../run/run-plan.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { CommandContext } from './command.ts';
import { judgeResult } from './judge-result.ts';
import { resultOf } from './load-result.ts';
import type { Output } from './output.ts';
import type { StoreHandle } from './ports.ts';
import { describeError } from './print-error.ts';
import { openProgress } from './progress/open-progress.ts';
import { jsonResult, printResult, type ResultFile, writeResultFiles } from './result-files.ts';

/**
 * @returns the exit code of a run whose result was printed
 * @throws TestbedError when there is no result to print, or after it was printed as text
 */
export async function executeScenario(
  scenario: Scenario,
  context: CommandContext,
): Promise<number> {
  const { wiring, interrupts, output } = context;
  const runtime = await wiring.openRuntime(scenario.runtime);
  try {
    await removeLeftovers(runtime, context);
    const prepared = await prepare(scenario, runtime, interrupts.stop);
    const warnings = createWarningSink(output);
    const database = await wiring.openStore({
      signal: interrupts.stop,
      onWarning: (text) => warnings.warn(text),
    });
    try {
      const outcome = await measure({ ...prepared, runtime, database, warnings }, context);
      const result = await resultOf(outcome.stored, database.store, output);
      const files = await writeResultFiles(result, context);
      const error = outcome.error ?? judgeResult(result);
      if (!output.json) {
        printResult(result, files, output);
        if (error !== null) throw error;
        return exitCodes.ok;
      }
      output.printJson({ ...jsonResult(result), ...describeEnd(files, error) });
      return error?.exitCode ?? exitCodes.ok;
    } finally {
      await database.store.close();
    }
  } finally {
    await runtime.close();
  }
}

function describeEnd(
  files: readonly ResultFile[],
  error: TestbedError | null,
): Record<string, unknown> {
  return { files, error: error === null ? null : describeError(error) };
}

/** What a killed controller left behind would compete with the run for the host. */
async function removeLeftovers(runtime: Runtime, context: CommandContext): Promise<void> {
  const { wiring, interrupts, output } = context;
  const { removed, failures } = await wiring.clean({
    runtimes: [runtime.kind],
    runId: null,
    force: false,
    dryRun: false,
    signal: interrupts.stop,
  });
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  if (removed.length > 0) output.note(`removed ${removed.length} objects that dead runs had left`);
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

async function prepare(scenario: Scenario, runtime: Runtime, signal: AbortSignal) {
  const host = await runtime.inspectHost({ signal });
  const plan: Plan = createPlan(scenario, runtime.kind);
  const capacity = estimateCapacity(plan, host);
  assertFits(plan, capacity);
  const image = await runtime.resolveImage(scenario.image, { signal });
  return { host, plan, capacity, image };
}

interface Measurement extends Prepared {
  readonly runtime: Runtime;
  readonly database: StoreHandle;
  readonly warnings: WarningSink;
}

async function measure(
  { warnings, ...prepared }: Measurement,
  context: CommandContext,
): Promise<PlanOutcome> {
  const { environment, wiring, interrupts, output } = context;
  const { clock, chance } = environment;
  const view = openProgress(environment, output);
  warnings.send((text) => view.onProgress({ kind: 'warning', text }));
  interrupts.announceWith((request) =>
    view.tell(
      request === 'stop'
        ? 'stopping: collecting and removing; press again to remove at once'
        : 'removing at once',
    ),
  );
  try {
    return await wiring.execute({
      ...prepared,
      runId: createRunId(clock.now(), chance()),
      warnings: [],
      onProgress: view.onProgress,
      interrupts,
    });
  } finally {
    interrupts.announceWith(() => {});
    warnings.send(null);
    await view.end();
  }
}

interface WarningSink {
  warn(text: string): void;
  /** Shows warnings there until told otherwise; null: as remarks. */
  send(listener: ((text: string) => void) | null): void;
}

/** Warnings of the store come at any time, and a live display must not be written over. */
function createWarningSink({ note }: Pick<Output, 'note'>): WarningSink {
  let listener: ((text: string) => void) | null = null;
  return {
    warn: (text) => (listener ?? ((remark) => note(`warning: ${remark}`)))(text),
    send: (next) => {
      listener = next;
    },
  };
}
