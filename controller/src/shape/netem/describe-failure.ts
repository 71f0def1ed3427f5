import { TestbedError } from '../../errors/testbed-error.ts';
import type { NodeProgram } from '../../plan/netem/compile-node-program.ts';
import type { NamespaceResult } from '../../runtime/runtime.ts';
import { readStumble } from './node-scripts.ts';

const TAIL_CHARACTERS = 400;

/** An error about a script in the namespace of one node: `BEGINNING 3 END: what it said`. */
export function describeFailure(
  result: NamespaceResult,
  beginning: string,
  end: string,
): TestbedError {
  return new TestbedError(
    'SHAPING_FAILED',
    `${beginning} ${result.nodeIndex} ${end}: ${whatWasSaid(result)}`,
    {
      hint: 'See whether the node still runs, and `testbed doctor` for what shaping needs.',
      details: { nodeIndex: result.nodeIndex, exitCode: result.exitCode },
    },
  );
}

/**
 * Standard error in one line.
 * @param batches what `ip` and `tc` were given, so that the line one stumbled over is named
 */
export function whatWasSaid(result: NamespaceResult, batches: Partial<NodeProgram> = {}): string {
  const { said, line } = readStumble(result.stderr, batches);
  const text = said.replace(/\s*\n\s*/g, ' ').slice(-TAIL_CHARACTERS);
  const where = line === null ? '' : ` (in: ${line})`;
  return `${text === '' ? `exit code ${result.exitCode}` : text}${where}`;
}
