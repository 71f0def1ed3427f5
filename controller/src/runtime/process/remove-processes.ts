/** Removal of node processes and their folders; asks /proc what is there, as Docker is asked. */
import { rm } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import type { RunId } from '../../model/ids.ts';
import type { OwnedObject } from '../runtime.ts';
import { findProcesses, killProcess } from './find-processes.ts';

const DEADLINE_MS = 15_000;
const LOOK_MS = 50;

/** Where the nodes of one run keep their state: the only place in which folders are removed. */
export function nodesFolder(dataFolder: string, runId: RunId): string {
  return join(resolve(dataFolder), 'runs', runId, 'nodes');
}

/**
 * Kills and removes exactly these; what is already gone is no error.
 * @throws TestbedError NODE_UNREACHABLE for a process that does not die, DATA_FOLDER_UNUSABLE
 */
export async function removeProcesses(
  objects: readonly OwnedObject[],
  options: { readonly dataFolder: string; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  await killAll(
    objects.filter(({ kind }) => kind === 'process'),
    options,
  );
  for (const { kind, name, runId } of objects) {
    if (kind === 'folder') await removeFolder(name, nodesFolder(options.dataFolder, runId));
  }
}

async function killAll(
  objects: readonly OwnedObject[],
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const wanted = new Set(objects.map(({ runId, name }) => `${runId} ${name}`));
  const startedMs = clock.monotonicMs();
  while (wanted.size > 0) {
    const all = await findProcesses();
    const alive = all.filter(({ runId, name }) => wanted.has(`${runId} ${name}`));
    if (alive.length === 0) return;
    const waitedMs = clock.monotonicMs() - startedMs;
    if (waitedMs > DEADLINE_MS) {
      const pids = alive.map(({ pid }) => pid).join(' ');
      throw new TestbedError(
        'NODE_UNREACHABLE',
        `${alive.length} node processes (${pids}) still live ${(waitedMs / 1000).toFixed(0)} s ` +
          'after SIGKILL.',
        { hint: `The kernel may be holding them: ps -o pid,stat,wchan -p ${pids}` },
      );
    }
    for (const found of alive) killProcess(found, 'SIGKILL');
    await clock.sleep(LOOK_MS, { signal });
  }
}

/** A path that a ledger names is only believed inside the folder of its run. */
async function removeFolder(path: string, inside: string): Promise<void> {
  if (!resolve(path).startsWith(inside + sep)) {
    throw new TestbedError(
      'DATA_FOLDER_UNUSABLE',
      `${path} is not a folder of nodes in ${inside}.`,
      {
        hint: 'The ledger of this run was changed by hand; remove the folder yourself.',
      },
    );
  }
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    throw new TestbedError(
      'DATA_FOLDER_UNUSABLE',
      `The folder ${path} cannot be removed: ${messageOf(error)}.`,
      { hint: `Remove it by hand: rm -r ${path}`, cause: error },
    );
  }
}
