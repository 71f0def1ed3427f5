/** What to say of a command that ended before it was a node. */
import { nodeEnvironment } from '../../../../node-image/src/contract/index.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { NodeRecord } from '../../model/record.ts';
import type { NodeProcessSpec } from './node-process.ts';

/** @param lastWords the end of its log */
export function describeEarlyEnd(
  { name, program, nodeIndex, controlPort, dataPort }: NodeProcessSpec,
  exit: NonNullable<NodeRecord['exit']>,
  lastWords: string,
): TestbedError {
  const said = lastWords.trim() === '' ? 'It wrote nothing' : `Its last words: ${lastWords.trim()}`;
  const command = [program.file, ...program.args].join(' ');
  const variables = [
    `${nodeEnvironment.runId}=try`,
    `${nodeEnvironment.nodeIndex}=${nodeIndex}`,
    `${nodeEnvironment.controlListen}=127.0.0.1:${controlPort}`,
    `${nodeEnvironment.dataListen}=127.0.0.1:${dataPort}`,
    `${nodeEnvironment.stateDir}=/tmp/try`,
  ].join(' ');
  return new TestbedError(
    'NODE_START_FAILED',
    `Node ${nodeIndex} (${command}) ended with code ${exit.code} before it opened its control port. ${said}`,
    {
      hint: `See what it does by hand: ${variables} ${command}`,
      details: { name, exit, lastWords },
    },
  );
}
