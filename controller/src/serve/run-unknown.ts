import { TestbedError } from '../errors/testbed-error.ts';

/** @param id checked by its schema */
export function runUnknown(id: string): TestbedError {
  return new TestbedError('RUN_UNKNOWN', `The queue has no run ${id}.`, {
    hint: 'The queue: GET /api/v1/queue. Stored runs: testbed runs',
  });
}
