import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestbedError } from '../errors/testbed-error.ts';
import type { RunId } from '../model/ids.ts';

/** Where the files of one run live: `<data folder>/runs/<run id>/`. */
export interface RunFolder {
  readonly path: string;
  readonly logsPath: string;
}

/** @throws TestbedError DATA_FOLDER_UNUSABLE, DISK_FULL */
export async function createRunFolder(dataFolder: string, runId: RunId): Promise<RunFolder> {
  const path = join(dataFolder, 'runs', runId);
  const logsPath = join(path, 'logs');
  try {
    await mkdir(logsPath, { recursive: true });
  } catch (cause) {
    throw translateFileError(cause, path);
  }
  return { path, logsPath };
}

/** Writes the kept log of one node; the evidence must not fail the run, so errors are returned. */
export async function keepNodeLog(
  folder: RunFolder,
  fileName: string,
  text: string,
): Promise<string> {
  const path = join(folder.logsPath, fileName);
  await writeFile(path, text);
  return path;
}

/** Words for the file errors people meet: full disk, no permission, a file where a folder goes. */
export function translateFileError(cause: unknown, path: string): TestbedError {
  const code = (cause as NodeJS.ErrnoException).code; // fs errors carry one
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new TestbedError('DISK_FULL', `There is no room left to write ${path}.`, {
      hint: 'Free some space (`df -h`), or point TESTBED_HOME to another disk.',
      cause,
    });
  }
  return new TestbedError(
    'DATA_FOLDER_UNUSABLE',
    `Cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}.`,
    { hint: 'Point TESTBED_HOME to a folder that this user may write.', cause },
  );
}
