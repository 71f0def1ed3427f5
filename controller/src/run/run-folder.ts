import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolderError } from '../errors/data-folder-error.ts';
import type { TestbedError } from '../errors/testbed-error.ts';
import { makeFolder } from '../lib/make-folder.ts';
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
    await makeFolder(logsPath);
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
  return dataFolderError(`${path} cannot be written`, cause);
}
