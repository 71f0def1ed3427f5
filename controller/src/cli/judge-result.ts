import { catalogue, type ErrorCode } from '../errors/catalogue.ts';
import { TestbedError } from '../errors/testbed-error.ts';
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
  const hint = `The reasons are in the report: testbed report ${run.id}`;
  if (headline.kind === 'safety-violation') {
    return new TestbedError('SAFETY_VIOLATION', headline.text, { hint });
  }
  for (const cell of cells) {
    if (cell.repetitionsCounted > 0) continue;
    const broken = stored.repetitions.findLast(
      ({ cellId, failure }) => cellId === cell.cellId && failure !== null,
    );
    if (broken?.failure == null) continue;
    const { code, message } = broken.failure;
    return new TestbedError(
      isErrorCode(code) ? code : 'NODE_START_FAILED',
      `No repetition with ${cell.nodeCount} nodes succeeded. The last one: ${message}`,
      { hint: `Logs of failed nodes are kept; see \`testbed report ${run.id}\`.` },
    );
  }
  const invalid = cells.filter(({ verdict }) => verdict === 'invalid');
  if (invalid.length === 0) return null;
  const sizes = invalid.map(({ nodeCount }) => nodeCount).join(', ');
  return new TestbedError('RUN_UNTRUSTED', `No valid result for ${sizes} nodes.`, { hint });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}
