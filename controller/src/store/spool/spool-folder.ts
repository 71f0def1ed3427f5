import { randomInt } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolderError } from '../../errors/data-folder-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { errorCode } from '../postgres/translate-postgres-error.ts';
import { runIdOf, type StorableRecord } from '../record.ts';
import { decodeSpoolFile, encodeSpoolFile } from './spool-file.ts';
import { writeSafely } from './write-safely.ts';

/*
 * Files in `<dataFolder>/spool`, one per record, in the order of their names:
 *   <saved at, ms>-<count>-<owner>.<run id>.<kind>.json.gz    waits
 *   ... .claim-<owner>                                          somebody writes it right now
 * An owner is a process: its number, and its start, because numbers are given again. As long as
 * the process that put a record lives, it is the one to write it; the records of the dead are
 * anybody's. Taking a file is renaming it, which only one process can do; a claim of a dead
 * process is void. `corrupt/` and `rejected/` hold what was set aside; nothing is ever deleted from them.
 * `stored/<run id>` marks a run of which records are in the database already.
 */

export interface SpoolEntry {
  /** Without a claim: identity of the record on disk. */
  readonly name: string;
  readonly runId: string;
  readonly kind: StorableRecord['kind'];
  /** Name as it is at the moment. */
  readonly fileName: string;
  readonly isClaimed: boolean;
  /** Another living process put it and will write it. */
  readonly isOthers: boolean;
}

export interface SpoolFolder {
  readonly path: string;
  /** Resolves when the record is safe on disk: file and folder are synced. */
  put(storable: StorableRecord): Promise<string>;
  /** A new name for a record, as `put` gives it. */
  nameOf(storable: StorableRecord): string;
  /** Puts a file that was encoded before, under the name that it was given then. */
  adopt(name: string, content: Uint8Array): Promise<void>;
  /** In order of saving. Void claims are lifted on the way. */
  list(): Promise<readonly SpoolEntry[]>;
  /** @returns false if another process was faster */
  claim(entry: SpoolEntry): Promise<boolean>;
  /** Gives a claimed file back. */
  release(entry: SpoolEntry): Promise<void>;
  /** Removes a claimed file whose record is in the database. */
  remove(entry: SpoolEntry): Promise<void>;
  /** Moves a claimed file to where nobody looks by itself. */
  setAside(entry: SpoolEntry, folder: 'corrupt' | 'rejected'): Promise<string>;
  /**
   * Reads a file whether it is claimed or not.
   * @returns undefined if it is gone: its record is in the database
   * @throws SpoolFileError
   */
  read(entry: SpoolEntry): Promise<StorableRecord | undefined>;
  markStored(runId: string): Promise<void>;
  isMarkedStored(runId: string): Promise<boolean>;
  unmarkStored(runId: string): Promise<void>;
  listMarked(): Promise<readonly string[]>;
}

const abandonedDraftMs = 60 * 60_000;

/** @throws TestbedError DATA_FOLDER_UNUSABLE, DISK_FULL */
export async function openSpoolFolder(dataFolder: string, clock: Clock): Promise<SpoolFolder> {
  const path = join(dataFolder, 'spool');
  await guard(path, async () => {
    for (const name of ['corrupt', 'rejected', 'stored']) {
      await makeFolder(join(path, name));
    }
    await removeAbandonedDrafts(path, clock);
  });
  const owner = `${process.pid}-${await startOfProcess(process.pid)}`;
  const claimSuffix = `.claim-${owner}`;
  // Not from 0: a process may open the store twice in one millisecond.
  let count = randomInt(1_000_000);

  const nameOf = (storable: StorableRecord): string => {
    const at = String(storable.savedAt.getTime()).padStart(15, '0');
    const order = String(count++).padStart(8, '0');
    return `${at}-${order}-${owner}.${fileWord(runIdOf(storable))}.${storable.kind}.json.gz`;
  };
  const ours = (entry: SpoolEntry): string => join(path, entry.name + claimSuffix);

  return {
    path,
    put: (storable) =>
      guard(path, async () => {
        const name = nameOf(storable);
        await writeSafely(path, name, await encodeSpoolFile(storable));
        return name;
      }),
    nameOf,
    adopt: (name, content) => guard(path, () => writeSafely(path, name, content)),
    list: () => guard(path, () => listEntries(path, owner)),
    claim: (entry) =>
      guard(path, async () => {
        if (entry.isClaimed) return false;
        return renameIfThere(join(path, entry.fileName), ours(entry));
      }),
    release: (entry) =>
      guard(path, async () => {
        await renameIfThere(ours(entry), join(path, entry.name));
      }),
    remove: (entry) => guard(path, () => rm(ours(entry), { force: true })),
    setAside: (entry, folder) =>
      guard(path, async () => {
        const target = join(path, folder, entry.name);
        await renameIfThere(ours(entry), target);
        return target;
      }),
    read: async (entry) => {
      const content = await readAnywhere(path, entry.name);
      return content === undefined ? undefined : decodeSpoolFile(content);
    },
    markStored: (runId) =>
      guard(path, async () => {
        await (await open(join(path, 'stored', fileWord(runId)), 'a')).close();
      }),
    isMarkedStored: async (runId) =>
      (await stat(join(path, 'stored', fileWord(runId))).catch(() => undefined)) !== undefined,
    unmarkStored: (runId) =>
      guard(path, () => rm(join(path, 'stored', fileWord(runId)), { force: true })),
    listMarked: () =>
      guard(path, async () => (await readdir(join(path, 'stored'))).map(decodeURIComponent)),
  };
}

/** Ids are safe in file names already; this keeps it so, and free of the dots that separate. */
function fileWord(text: string): string {
  return encodeURIComponent(text).replaceAll('.', '%2E');
}

const entryPattern =
  /^(\d{15}-\d{8}-(\d+-\d+)\.([^.]+)\.(run|repetition)\.json\.gz)(?:\.claim-(\d+-\d+))?$/;

/** Whether a file holds a record that nobody has claimed. */
export function isEntryName(fileName: string): boolean {
  const match = entryPattern.exec(fileName);
  return match !== null && match[1] === fileName;
}

async function listEntries(path: string, owner: string): Promise<readonly SpoolEntry[]> {
  const entries: SpoolEntry[] = [];
  for (const fileName of (await readdir(path)).sort()) {
    const match = entryPattern.exec(fileName);
    if (match === null) continue;
    const [, name = '', creator = '', runId = '', kind, claimant] = match;
    let isClaimed = claimant !== undefined;
    let current = fileName;
    if (claimant !== undefined && !(await isAlive(claimant))) {
      // Whoever claimed it was killed; the first to notice puts it back.
      if (!(await renameIfThere(join(path, fileName), join(path, name)))) continue;
      isClaimed = false;
      current = name;
    }
    entries.push({
      name,
      runId: decodeURIComponent(runId),
      kind: kind === 'run' ? 'run' : 'repetition',
      fileName: current,
      isClaimed,
      isOthers: creator !== owner && (await isAlive(creator)),
    });
  }
  return entries;
}

/** The name changes when somebody claims or releases it, so it is looked up again a few times. */
async function readAnywhere(path: string, name: string): Promise<Buffer | undefined> {
  for (let tries = 0; tries < 10; tries++) {
    const current = (await readdir(path)).find((fileName) => fileName.startsWith(name));
    if (current === undefined) return undefined;
    try {
      return await readFile(join(path, current));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
  return undefined;
}

/** @returns false if there is no such file any more */
async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function isAlive(owner: string): Promise<boolean> {
  const [pid, start] = owner.split('-');
  const found = await startOfProcess(Number(pid));
  return found !== '0' && found === start;
}

/** Start of a process in clock ticks since boot (field 22 of proc(5) stat); '0' if there is none. */
async function startOfProcess(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The program's name may hold blanks and brackets: fields are counted after its end.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
}

/** Drafts were never acknowledged to anybody; old ones were left by a process that was killed. */
async function removeAbandonedDrafts(path: string, clock: Clock): Promise<void> {
  for (const fileName of await readdir(path)) {
    if (!fileName.startsWith('draft-')) continue;
    const found = await stat(join(path, fileName)).catch(() => undefined);
    if (found === undefined || clock.now().getTime() - found.mtimeMs < abandonedDraftMs) continue;
    await rm(join(path, fileName), { force: true });
  }
}

async function guard<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw dataFolderError(`The spool folder ${path} cannot be used`, error);
  }
}
