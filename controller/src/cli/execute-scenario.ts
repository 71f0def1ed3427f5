/** From a scenario to its printed result: what `run` and `sweep` share. */

import { join } from 'node:path';
import { exitCodes } from '../errors/catalogue.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { wrapText } from '../lib/wrap-text.ts';
import { createRunId } from '../model/ids.ts';
import { runtimeKinds } from '../model/runtime-traits.ts';
import type { Scenario } from '../model/scenario.ts';
import type { PlanOutcome } from '../run/run-plan.ts';
import { isHarmlessLeftover } from '../runtime/harmless-leftover.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Arguments, CommandContext } from './command.ts';
import { describeCatch, judgeResult } from './judge-result.ts';
import { type Result, resultOf } from './load-result.ts';
import type { Output } from './output.ts';
import type { StoreHandle } from './ports.ts';
import { type PreparedPlan, preparePlan } from './prepare-plan.ts';
import { describeError } from './print-error.ts';
import { openProgress } from './progress/open-progress.ts';
import { jsonResult, printResult, type ResultFile, writeResultFiles } from './result-files.ts';

export interface ExecuteOptions {
  /** Refuse what has to be clamped or overcommits the host. */
  readonly strict: boolean;
  /** Measure all the same when the network is not the one asked for. */
  readonly allowMismatch: boolean;
  /** Keep the logs of all nodes of every repetition. */
  readonly keepLogs: boolean;
}

export function executeOptionsOf(args: Arguments): ExecuteOptions {
  return {
    strict: args.flag('strict'),
    allowMismatch: args.flag('allow-mismatch'),
    keepLogs: args.flag('keep-logs'),
  };
}

/** A wait longer than this is explained. */
const quietMs = 2_000;

/**
 * @returns the exit code of a run whose result was printed
 * @throws TestbedError when there is no result to print, or after it was printed as text
 */
export async function executeScenario(
  scenario: Scenario,
  options: ExecuteOptions,
  context: CommandContext,
): Promise<number> {
  const { wiring, interrupts, output } = context;
  const runtime = await wiring.openRuntime(scenario.runtime, scenario.command);
  try {
    await removeLeftovers(runtime, context);
    const prepared = await preparePlan(scenario, runtime, options, context);
    const warnings = createWarningSink(output);
    const database = await wiring.openStore({
      signal: interrupts.stop,
      onWarning: (text) => warnings.warn(text),
    });
    try {
      const outcome = await measure(
        { ...prepared, ...options, runtime, database, warnings },
        context,
      );
      const result = await resultOf(outcome.stored, database.store, output);
      const logsPath = options.keepLogs
        ? join(wiring.dataFolder, 'runs', result.finding.run.id, 'logs')
        : null;
      return await deliver(result, { failure: outcome.error, logsPath }, context);
    } finally {
      await database.store.close();
    }
  } finally {
    await runtime.close();
  }
}

/**
 * Prints and writes a result. Files that cannot be written are told last: the figures of an hour
 * of measuring are printed all the same.
 */
async function deliver(
  result: Result,
  {
    failure,
    logsPath,
  }: { readonly failure: TestbedError | null; readonly logsPath: string | null },
  context: CommandContext,
): Promise<number> {
  const { output } = context;
  let files: readonly ResultFile[] = [];
  let unwritten: TestbedError | null = null;
  try {
    files = await writeResultFiles(result, context);
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    unwritten = error;
  }
  // Nodes that disagreed decide the exit code, whatever else went wrong beside it.
  const judged = judgeResult(result);
  const error = judged?.code === 'SAFETY_VIOLATION' ? judged : (failure ?? judged ?? unwritten);
  if (!output.json) {
    printResult(result, files, output);
    if (logsPath !== null) output.print(`logs    ${logsPath}`);
    if (unwritten !== null && unwritten !== error) output.note(unwritten.message);
    if (error !== null) throw error;
    const remark = describeCatch(result);
    if (remark !== null) output.note(remark);
    return exitCodes.ok;
  }
  const told = error === null ? null : describeError(error);
  output.printJson({ ...jsonResult(result), files, logsPath, error: told });
  return error?.exitCode ?? exitCodes.ok;
}

/**
 * What a killed controller left behind would compete with the run for the host. On the runtime
 * of this run it has to go; elsewhere it is tried.
 */
export async function removeLeftovers(runtime: Runtime, context: CommandContext): Promise<void> {
  const { wiring, interrupts, output } = context;
  const others = runtimeKinds.filter((kind) => kind !== runtime.kind);
  for (const kind of [runtime.kind, ...others]) {
    const { removed, failures, notes } = await announced(
      `Looking for what dead runs left behind (${kind}) ...`,
      context,
      wiring.clean({
        runtimes: [kind],
        runId: null,
        force: false,
        dryRun: false,
        signal: interrupts.stop,
      }),
    );
    const failure = failures.find((error) => !isHarmlessLeftover(error));
    if (failure !== undefined && kind === runtime.kind) throw failure;
    for (const { message } of failures)
      output.note(wrapText(`warning: ${message}`, output.columns, '  '));
    for (const text of notes) output.note(wrapText(text, output.columns, '  '));
    const what = removed.length === 1 ? 'an object' : `${removed.length} objects`;
    if (removed.length > 0) output.note(`removed ${what} that dead runs had left behind`);
  }
}

/** A person is told what is waited for, but not if it is over at once. */
async function announced<T>(
  text: string,
  { environment, output }: CommandContext,
  work: Promise<T>,
): Promise<T> {
  const over = new AbortController();
  environment.clock.sleep(quietMs, { signal: over.signal }).then(
    () => output.note(text),
    () => {}, // it was over in time
  );
  try {
    return await work;
  } finally {
    over.abort();
  }
}

interface Measurement extends PreparedPlan, ExecuteOptions {
  readonly runtime: Runtime;
  readonly database: StoreHandle;
  readonly warnings: WarningSink;
}

async function measure(
  { warnings, strict: _, shaperWarnings, ...prepared }: Measurement,
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
      warnings: shaperWarnings,
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
