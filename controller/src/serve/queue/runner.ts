/**
 * Takes runs from the queue and carries them out, one after the other, with the code that the
 * command line uses. Whoever submitted one may leave: it goes on.
 */
import { type ConductOptions, conductRun } from '../../conduct/conduct-run.ts';
import { judgeResult, worstOf } from '../../conduct/judge-result.ts';
import { resultOf } from '../../conduct/load-result.ts';
import type { Endings, Workshop } from '../../conduct/ports.ts';
import { writeResultFiles } from '../../conduct/write-results.ts';
import { describeError } from '../../errors/describe-error.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import type { RunId } from '../../model/ids.ts';
import type { Progress } from '../../model/progress.ts';
import type { QueueEntry, Submission } from '../api/queue.ts';
import type { StoreBox } from '../store-box.ts';
import { readSubmission, type SubmissionRules } from './read-submission.ts';

export interface RunnerDependencies {
  readonly workshop: Pick<Workshop, 'openRuntime' | 'clean' | 'probe' | 'execute' | 'dataFolder'>;
  readonly clock: Clock;
  readonly store: StoreBox;
  readonly rules: SubmissionRules;
  readonly onState: (state: 'running') => void;
  readonly onProgress: (event: Progress) => void;
  readonly note: (text: string) => void;
  readonly onBug: (error: unknown) => void;
}

export type Outcome = Pick<QueueEntry, 'state' | 'isStored' | 'error' | 'exitCode'>;

/** Never rejects: what went wrong is in the outcome. */
export async function carryOut(
  id: RunId,
  submission: Submission,
  endings: Endings,
  deps: RunnerDependencies,
): Promise<Outcome> {
  let isStored = false;
  const storing = (): void => {
    isStored = true;
  };
  try {
    return await conduct(id, submission, endings, { ...deps, storing });
  } catch (error) {
    if (endings.stop.aborted && !(error instanceof TestbedError)) {
      return { ...failed('interrupted', interrupted(id)), isStored };
    }
    if (error instanceof TestbedError) {
      const state = error.code === 'INTERRUPTED' ? 'interrupted' : 'failed';
      return { ...failed(state, error), isStored };
    }
    deps.onBug(error);
    return { state: 'failed', isStored, error: bugOf(error), exitCode: 1 };
  }
}

async function conduct(
  id: RunId,
  submission: Submission,
  endings: Endings,
  deps: RunnerDependencies & { readonly storing: () => void },
): Promise<Outcome> {
  const { workshop, clock, store, note } = deps;
  const scenario = await readSubmission(submission, deps.rules);
  const { strict, allowMismatch, keepLogs } = submission;
  const options: ConductOptions = { strict, allowMismatch, keepLogs };
  const outcome = await conductRun(scenario, options, {
    workshop,
    clock,
    endings,
    note,
    createRunId: () => id,
    openStore: () => store.get(),
    measure: (request) => {
      deps.onState('running');
      deps.storing();
      const commandLine = commandLineOf(submission);
      return workshop.execute({ ...request, commandLine, onProgress: deps.onProgress });
    },
  });
  const result = await resultOf(outcome.stored, (await store.get()).store, note);
  const { dataFolder } = workshop;
  const unwritten = await writeResultFiles(result, { dataFolder, clock }).then(
    () => null,
    (error: unknown) => {
      if (error instanceof TestbedError) return error;
      throw error;
    },
  );
  const error = worstOf(judgeResult(result), outcome.error) ?? unwritten;
  const { status } = outcome.stored.run;
  const state = status === 'running' ? 'failed' : status;
  if (error !== null) return { ...failed(state, error), isStored: true };
  return { state, isStored: true, error: null, exitCode: 0 };
}

/** As somebody would have typed it. */
function commandLineOf({ name, overrides }: Submission): string {
  return ['testbed', 'serve:', name, ...overrides.map(wordOverride)].join(' ');
}

function wordOverride({ option, value }: Submission['overrides'][number]): string {
  return `${option}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
}

function failed(
  state: 'completed' | 'failed' | 'interrupted',
  error: TestbedError,
): Omit<Outcome, 'isStored'> {
  const { cause: _, details, ...value } = describeError(error);
  return { state, error: { ...value, details: { ...details } }, exitCode: error.exitCode };
}

function interrupted(id: RunId): TestbedError {
  return new TestbedError('INTERRUPTED', `Run ${id} was stopped before it measured anything.`, {
    hint: 'Submit it again. If something was left behind, the next run removes it.',
  });
}

function bugOf(error: unknown): Outcome['error'] {
  return {
    code: 'BUG',
    message: messageOf(error),
    hint: 'This is a bug in testbed; please report what the server printed.',
    exitCode: 1,
    docs: null,
    details: {},
  };
}
