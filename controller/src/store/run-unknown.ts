import { TestbedError } from '../errors/testbed-error.ts';
import type { RunId } from '../model/ids.ts';

export function runUnknown(id: RunId): TestbedError {
  return new TestbedError('RUN_UNKNOWN', `No stored run has the id ${id}.`, {
    hint: 'See which runs there are with: testbed runs',
  });
}
