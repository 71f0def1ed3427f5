import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../postgres/translate-postgres-error.ts';
import { isEntryName } from './spool-folder.ts';
import { writeSafely } from './write-safely.ts';

/*
 * Where a record goes when the disk of the data folder is full, and with it spool and database: a
 * folder on another disk, found again by the path of the data folder. Whoever opens the store
 * next takes it in. What was measured cannot be measured again.
 */

export interface Refuge {
  /** @returns the file; undefined if no place has room either */
  keep(name: string, content: Uint8Array): Promise<string | undefined>;
  /**
   * Moves everything that was kept to where `adopt` puts it.
   * @returns the folders that had something, and how much
   */
  takeIn(adopt: Adopt): Promise<readonly TakenIn[]>;
}

export type Adopt = (name: string, content: Uint8Array) => Promise<void>;

export interface TakenIn {
  readonly folder: string;
  readonly count: number;
  /** Why the rest is still there; undefined if nothing is. */
  readonly failure: unknown;
}

/** The second is memory on most hosts: it outlives every process, but not the machine. */
const usualParents = (): readonly string[] => [tmpdir(), '/dev/shm'];

export function createRefuge(dataFolder: string, parents = usualParents()): Refuge {
  const mark = createHash('sha256').update(dataFolder).digest('hex').slice(0, 12);
  const folders = parents.map((parent) => join(parent, `testbed-kept-${mark}`));
  return {
    keep: async (name, content) => {
      for (const folder of folders) {
        try {
          await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
            if (errorCode(error) !== 'EEXIST') throw error;
          });
          if (!(await isOurs(folder))) continue;
          await writeSafely(folder, name, content);
          return join(folder, name);
        } catch {
          // As full as the first, read-only, or not there: the next one may do.
        }
      }
      return undefined;
    },
    takeIn: async (adopt) => {
      const taken: TakenIn[] = [];
      for (const folder of folders) {
        if (!(await isOurs(folder))) continue;
        const found = await takeInFolder(folder, adopt);
        if (found.count > 0 || found.failure !== undefined) taken.push(found);
      }
      return taken;
    },
  };
}

async function takeInFolder(folder: string, adopt: Adopt): Promise<TakenIn> {
  let count = 0;
  try {
    for (const name of (await readdir(folder)).filter(isEntryName).sort()) {
      await adopt(name, await readFile(join(folder, name)));
      await rm(join(folder, name), { force: true });
      count += 1;
    }
    await rmdir(folder);
  } catch (failure) {
    // Another process was faster, or somebody put something beside ours.
    const isNothing = ['ENOENT', 'ENOTEMPTY'].includes(errorCode(failure));
    return { folder, count, failure: isNothing ? undefined : failure };
  }
  return { folder, count, failure: undefined };
}

/** Anybody may make a folder of this name in a folder that is everybody's. */
async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined || !found.isDirectory()) return false;
  return found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}
