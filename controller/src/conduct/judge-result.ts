import { catalogue, type ErrorCode } from '../errors/catalogue.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import type { CellId } from '../model/ids.ts';
import type { RepetitionRecord } from '../model/record.ts';
import { runtimeTraits } from '../model/runtime-traits.ts';
import { isSizeAlone, wordCell, wordCells } from '../model/word-cell.ts';
import type { Result } from './load-result.ts';

/**
 * What the exit code of a finished run has to say, worst first: nodes disagreed (5), a size could
 * not be measured at all because something broke (5), a size has no valid result (6). Suspect and
 * host-limited results are results: the headline says what they are worth.
 * @returns null if the run may be called a success
 */
export function judgeResult({
  finding,
  stored,
}: Pick<Result, 'finding' | 'stored'>): TestbedError | null {
  const { run, headline, cells } = finding;
  const hint =
    'docs/verdicts.md says what to do about each reason. ' +
    `The result again: testbed report ${run.id}`;
  if (headline.kind === 'safety-violation') {
    return new TestbedError('SAFETY_VIOLATION', headline.text, { hint });
  }
  for (const cell of cells) {
    if (cell.repetitionsCounted > 0) continue;
    const last = lastAttempts(stored.repetitions, cell.cellId);
    const failures = last.map(({ failure }) => failure);
    const failure = failures.at(-1);
    if (failure == null || failures.includes(null)) continue;
    const { code, message } = failure;
    return new TestbedError(
      isErrorCode(code) ? code : 'NODE_START_FAILED',
      `No repetition ${isSizeAlone(cells) ? `with ${cell.nodeCount} nodes` : `at ${wordCell(cell)}`} succeeded. The last one: ${message}`,
      { hint: hintOfFailure(run.id, last) },
    );
  }
  const invalid = cells.filter(({ verdict }) => verdict === 'invalid');
  if (invalid.length === 0) return null;
  return new TestbedError(
    'RUN_UNTRUSTED',
    `The result is stored and shown, but not valid at ${wordCells(invalid, cells)}: do not use it.`,
    { hint },
  );
}

/** Nodes that disagreed decide, whatever else went wrong beside it. */
export function worstOf(
  judged: TestbedError | null,
  failure: TestbedError | null,
): TestbedError | null {
  return judged?.code === 'SAFETY_VIOLATION' ? judged : (failure ?? judged);
}

/** Where no node ever started there is no log to be looked for. */
function hintOfFailure(runId: string, failed: readonly RepetitionRecord[]): string {
  const haveLogs = failed.some(({ events }) => events.some(({ kind }) => kind === 'logs-kept'));
  return `${haveLogs ? 'Logs of failed nodes are kept; see' : 'See'} \`testbed report ${runId}\`.`;
}

/** A failure that was made good by doing the repetition again is not what came of it. */
function lastAttempts(
  repetitions: readonly RepetitionRecord[],
  cellId: CellId,
): readonly RepetitionRecord[] {
  const last = new Map<number, RepetitionRecord>();
  for (const record of repetitions) {
    if (record.cellId !== cellId) continue;
    const known = last.get(record.repetition);
    if (known === undefined || known.attempt <= record.attempt) last.set(record.repetition, record);
  }
  return [...last.values()];
}

/**
 * What is left to say of a run that ends with exit code 0 and still has a catch.
 * @returns null if every cell is valid
 */
export function describeCatch({ finding }: Pick<Result, 'finding'>): string | null {
  const { headline, cells, run } = finding;
  if (headline.kind !== 'suspect' && headline.kind !== 'host-limited') return null;
  const affected = cells.filter(({ verdict }) => verdict !== 'valid');
  const where = affected.length === 0 ? '' : ` at ${wordCells(affected, cells)}`;
  const done = runtimeTraits[run.runtime].isSimulated ? 'Simulated' : 'Measured';
  return `${done}, exit code 0; suspect${where}: use the figures with the reasons above in mind.`;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}
