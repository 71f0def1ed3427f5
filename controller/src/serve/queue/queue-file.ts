/** Adapter: the queue on disk. Written whole beside the old one and put in its place at once. */
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { dataFolderError } from '../../errors/data-folder-error.ts';
import { errorCodeOf } from '../../lib/error-code.ts';
import { queueEntry, submission } from '../api/queue.ts';
import type { SavedQueue } from './run-queue.ts';

export interface QueueFile {
  /** @throws TestbedError DATA_FOLDER_UNUSABLE, DISK_FULL */
  save(queue: SavedQueue): Promise<void>;
}

const fileSchema = z.object({
  version: z.literal(1),
  active: z.array(z.object({ entry: queueEntry, submission: submission.nullable() })),
  ended: z.array(queueEntry),
});

/**
 * @returns what was saved; nothing if there is none
 * @throws TestbedError DATA_FOLDER_UNUSABLE
 */
export async function loadQueue(
  folder: string,
  onWarning: (text: string) => void,
): Promise<SavedQueue> {
  const path = join(folder, 'queue.json');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCodeOf(error) === 'ENOENT') return null;
    throw dataFolderError(`The queue ${path} cannot be read`, error);
  });
  if (text === null) return { active: [], ended: [] };
  const parsed = fileSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  // Kept for a person to look at; a server that does not start helps nobody.
  await rename(path, `${path}.unreadable`);
  onWarning(`The queue could not be read and is empty; the file is kept as ${path}.unreadable.`);
  return { active: [], ended: [] };
}

export function openQueueFile(folder: string): QueueFile {
  const path = join(folder, 'queue.json');
  let saving: Promise<void> = Promise.resolve();
  let next: SavedQueue | null = null;
  /** Whoever comes while one is being written waits for the next, which holds all of them. */
  const writeNext = async (): Promise<void> => {
    if (next === null) return;
    const queue = next;
    next = null;
    await replace(path, `${JSON.stringify({ version: 1, ...queue })}\n`);
  };
  return {
    save(queue) {
      next = queue;
      saving = saving.catch(() => undefined).then(writeNext);
      return saving;
    },
  };
}

async function replace(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  try {
    await using file = await open(beside, 'w', 0o600);
    await file.writeFile(text);
    await file.sync();
    await rename(beside, path);
  } catch (error) {
    throw dataFolderError(`The queue ${path} cannot be written`, error);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
