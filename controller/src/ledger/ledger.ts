/**
 * The ledger of one run: which objects outside this process (containers, networks, processes,
 * folders) are about to exist, on disk before they do. JSON lines, appended and synced, never
 * rewritten: after kill -9 at any moment it names at least everything that was created. Reading
 * it back is in ledger-content.ts, removing what it names in clean.ts.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TestbedError } from '../errors/testbed-error.ts';
import { fileReason } from '../lib/file-reason.ts';
import { makeFolder } from '../lib/make-folder.ts';
import type { RunId } from '../model/ids.ts';
import type { Owner } from '../runtime/owner.ts';
import type { ObjectLedger, OwnedObject } from '../runtime/runtime.ts';
import { type LedgerLine, objectKey } from './ledger-content.ts';

export interface RunLedger extends ObjectLedger, AsyncDisposable {
  readonly path: string;
  /** What was intended and not reported removed, in order of intention. */
  remaining(): readonly OwnedObject[];
  /** Closes the file; with nothing remaining it is set aside as done, and not read again. */
  close(): Promise<void>;
}

/** `<dataFolder>/runs/<runId>/ledger.jsonl` */
export function ledgerPath(dataFolder: string, runId: RunId): string {
  return join(dataFolder, 'runs', runId, 'ledger.jsonl');
}

/**
 * Opens the ledger of a run, new or existing, and writes who owns it.
 * @throws TestbedError DATA_FOLDER_UNUSABLE, DISK_FULL
 */
export async function openLedger(options: {
  readonly dataFolder: string;
  readonly runId: RunId;
  readonly owner: Owner;
  readonly openedAt: Date;
}): Promise<RunLedger> {
  const { dataFolder, runId, owner, openedAt } = options;
  const path = ledgerPath(dataFolder, runId);
  const file = await explain(path, async () => {
    await makeFolder(dirname(path));
    return openForAppend(path, 'a+');
  });
  const isNew = (await file.stat()).size === 0;
  const remaining = new Map<string, OwnedObject>();

  const append = (line: LedgerLine): Promise<void> => explain(path, () => appendLine(file, line));
  try {
    await append({ kind: 'opened', runId, owner, at: openedAt.toISOString() });
    await explain(path, () => syncFolder(dirname(path)));
  } catch (error) {
    await file.close();
    // One that names nobody, because the disk is full, would be nobody's for ever.
    if (isNew) await rm(path, { force: true });
    throw error;
  }

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await file.close();
    if (remaining.size === 0) await explain(path, () => rename(path, donePath(path)));
  };
  const closeOnce = (): Promise<void> => {
    closing ??= close();
    return closing;
  };
  return {
    path,
    intend: async (objects) => {
      await append({ kind: 'intend', objects: [...objects] });
      for (const object of objects) remaining.set(objectKey(object), object);
    },
    removed: async (objects) => {
      await append({ kind: 'removed', objects: [...objects] });
      for (const object of objects) remaining.delete(objectKey(object));
    },
    remaining: () => [...remaining.values()],
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}

/**
 * Notes removals in the ledger of another, dead controller; sets it aside when nothing is left.
 * @throws TestbedError DATA_FOLDER_UNUSABLE, DISK_FULL
 */
export async function noteRemoved(
  path: string,
  objects: readonly OwnedObject[],
  options: { readonly done: boolean },
): Promise<void> {
  await explain(path, async () => {
    try {
      // Not made anew: somebody else may have set it aside a moment ago.
      const file = await openForAppend(path, constants.O_RDWR | constants.O_APPEND);
      try {
        await appendLine(file, { kind: 'removed', objects: [...objects] });
      } finally {
        await file.close();
      }
      if (options.done) await rename(path, donePath(path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  });
}

function donePath(path: string): string {
  return path.replace(/\.jsonl$/, '.done.jsonl');
}

/** Opens at the end of the file, and ends a line that a crash left torn. */
async function openForAppend(path: string, flags: string | number): Promise<FileHandle> {
  const file = await open(path, flags);
  const { size } = await file.stat();
  if (size > 0) {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    if (buffer[0] !== 0x0a) await file.write('\n');
  }
  return file;
}

/** One write per line: lines of two writers do not mix, because the file is in append mode. */
async function appendLine(file: FileHandle, line: LedgerLine): Promise<void> {
  await file.appendFile(`${JSON.stringify(line)}\n`);
  await file.datasync();
}

/**
 * Removes ledgers that announce nothing: the disk was full when they were begun.
 * @throws TestbedError DATA_FOLDER_UNUSABLE
 */
export async function removeBlank(path: string): Promise<void> {
  await explain(path, () => rm(path, { force: true }));
}

/** Makes the name of a new file survive a crash of the machine. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function explain<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new TestbedError('DISK_FULL', `The disk is full; the ledger ${path} cannot be kept.`, {
        hint: `Free some space, then start again: df -h ${dirname(path)}`,
        cause: error,
      });
    }
    throw new TestbedError(
      'DATA_FOLDER_UNUSABLE',
      `The ledger ${path} cannot be written, so nothing may be started: ${fileReason(error)}.`,
      {
        hint: 'Make the folder writable, or name another one: export TESTBED_HOME=/path',
        cause: error,
      },
    );
  }
}
