/** From a scenario to its printed result: what `run` and `sweep` share. */

import { join } from 'node:path';
import { type ConductOptions, conductRun } from '../conduct/conduct-run.ts';
import { describeCatch, judgeResult, worstOf } from '../conduct/judge-result.ts';
import { type Result, resultOf } from '../conduct/load-result.ts';
import type { ExecuteRequest, StoreHandle } from '../conduct/ports.ts';
import { jsonResult, type ResultFile, writeResultFiles } from '../conduct/write-results.ts';
import { exitCodes } from '../errors/catalogue.ts';
import { describeError } from '../errors/describe-error.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { createRunId } from '../model/ids.ts';
import type { Scenario } from '../model/scenario.ts';
import type { PlanOutcome } from '../run/run-plan.ts';
import type { Arguments, CommandContext } from './command.ts';
import type { Output } from './output.ts';
import { printResult } from './print-result.ts';
import { openProgress } from './progress/open-progress.ts';
import { noteWrapped } from './remove-leftovers-here.ts';

export function executeOptionsOf(args: Arguments): ConductOptions {
  return {
    strict: args.flag('strict'),
    allowMismatch: args.flag('allow-mismatch'),
    keepLogs: args.flag('keep-logs'),
  };
}

/**
 * @returns the exit code of a run whose result was printed
 * @throws TestbedError when there is no result to print, or after it was printed as text
 */
export async function executeScenario(
  scenario: Scenario,
  options: ConductOptions,
  context: CommandContext,
): Promise<number> {
  const { environment, wiring, interrupts, output } = context;
  const { clock, chance } = environment;
  const warnings = createWarningSink(output);
  let database: StoreHandle | undefined;
  try {
    const outcome = await conductRun(scenario, options, {
      workshop: wiring,
      clock,
      endings: interrupts,
      note: noteWrapped(output),
      createRunId: () => createRunId(clock.now(), chance()),
      openStore: async () => {
        const onWarning = (text: string): void => warnings.warn(text);
        database = await wiring.openStore({ signal: interrupts.stop, onWarning });
        return database;
      },
      measure: (request) => measure(request, warnings, context),
    });
    if (database === undefined) throw new Error('Broken invariant: measured without a store');
    const result = await resultOf(outcome.stored, database.store, output.note);
    const logsPath = options.keepLogs
      ? join(wiring.dataFolder, 'runs', result.finding.run.id, 'logs')
      : null;
    return await deliver(result, { failure: outcome.error, logsPath }, context);
  } finally {
    await database?.store.close();
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
  const { output, environment, wiring } = context;
  const { clock } = environment;
  let files: readonly ResultFile[] = [];
  let unwritten: TestbedError | null = null;
  try {
    files = await writeResultFiles(result, { dataFolder: wiring.dataFolder, clock });
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    unwritten = error;
  }
  const error = worstOf(judgeResult(result), failure) ?? unwritten;
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

async function measure(
  request: Omit<ExecuteRequest, 'onProgress'>,
  warnings: WarningSink,
  { environment, wiring, interrupts, output }: CommandContext,
): Promise<PlanOutcome> {
  const view = openProgress(environment, output);
  warnings.send((text) => view.onProgress({ kind: 'warning', text }));
  interrupts.announceWith((ending) => view.tell(endingWords[ending]));
  try {
    return await wiring.execute({ ...request, onProgress: view.onProgress });
  } finally {
    interrupts.announceWith(() => {});
    warnings.send(null);
    await view.end();
  }
}

const endingWords = {
  stop: 'stopping: collecting and removing; press again to remove at once',
  kill: 'removing at once',
} as const;

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
