import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorCodeOf } from './error-code.ts';

/**
 * Makes a folder and what is missing above it. Not `mkdir` with `recursive`: in a place where
 * nothing can be made (/proc/x) that spins for ever, and on a read-only file system it says ENOENT.
 * @param mode of what is made
 * @throws the error of the system at the first folder that cannot be made or is no folder
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  const missing: string[] = [];
  let above = resolve(path);
  while (!(await isFolder(above))) {
    missing.unshift(above);
    above = dirname(above);
  }
  for (const folder of missing) await makeOne(folder, mode);
}

/** Somebody else may make the same folder at the same moment. */
async function makeOne(folder: string, mode: number | undefined): Promise<void> {
  try {
    await mkdir(folder, mode);
  } catch (error) {
    const code = errorCodeOf(error);
    // What is above it is there: such a place (/proc) takes no folders of ours.
    if (code === 'ENOENT') throw Object.assign(new Error(`mkdir ${folder}`), { code: 'ENOTSUP' });
    if (code !== 'EEXIST' || !(await isFolder(folder))) throw error;
  }
}

/** @returns false if nothing is there; the root is always a folder */
async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
  throw Object.assign(new Error(`${path} is a file`), { code: 'EEXIST' });
}
