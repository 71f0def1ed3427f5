import { errorCodeOf } from '../lib/error-code.ts';
import { fileReason } from '../lib/file-reason.ts';
import { TestbedError } from './testbed-error.ts';

/**
 * The data folder, or a file in it, does not take what it is to hold.
 * @param what did not work, without a full stop: `The folder /x cannot be made`
 */
export function dataFolderError(what: string, error: unknown): TestbedError {
  const isFull = isDiskFull(error);
  return new TestbedError(
    isFull ? 'DISK_FULL' : 'DATA_FOLDER_UNUSABLE',
    `${what}: ${fileReason(error)}.`,
    {
      hint: isFull
        ? 'Free some space (df -h), or name a data folder on another disk: export TESTBED_HOME=/path'
        : 'Name another data folder (export TESTBED_HOME=/path/you/may/write), or make this one writable.',
      cause: error,
    },
  );
}

export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(errorCodeOf(error));
}
