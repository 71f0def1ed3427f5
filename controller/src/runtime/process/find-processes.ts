/**
 * Finds node processes again from their environment, which the kernel keeps in /proc: after
 * kill -9 of the controller nobody else knows them. A process is only ever killed under the name
 * it carries itself, so a number that was given out again is never hit.
 */
import { readdir, readFile } from 'node:fs/promises';
import { nodeEnvironment } from '../../../../node-image/src/contract/index.ts';
import { parseRunId, type RunId } from '../../model/ids.ts';
import { readProcess } from '../owner.ts';

/** Set by this adapter besides what the contract says. Containers do not have them. */
export const processEnvironment = {
  name: 'TESTBED_PROCESS',
  owner: 'TESTBED_OWNER',
} as const;

export interface FoundProcess {
  readonly pid: number;
  /** When it was started; a process of the same number and another start is another process. */
  readonly startTicks: number | null;
  readonly name: string;
  readonly runId: RunId;
  readonly owner: string | null;
}

/** All living processes of this user that carry our names. None where there is no /proc. */
export async function findProcesses(): Promise<FoundProcess[]> {
  const entries = await readdir('/proc').catch(() => []);
  const pids = entries.filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(pids.map(readNamedProcess));
  return found.filter((entry) => entry !== null);
}

/** Kills with the given signal, unless it is another process by now. Gone is no error. */
export function killProcess(found: FoundProcess, signalName: NodeJS.Signals): void {
  const facts = readProcess(found.pid);
  if (facts === null || facts.startTicks !== found.startTicks) return;
  try {
    process.kill(found.pid, signalName);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The fields of an environment block: `NAME=value` texts, each ended by a zero byte. */
export function parseEnvironment(block: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const entry of block.split('\0')) {
    const split = entry.indexOf('=');
    if (split > 0) values.set(entry.slice(0, split), entry.slice(split + 1));
  }
  return values;
}

async function readNamedProcess(pid: number): Promise<FoundProcess | null> {
  const before = readProcess(pid);
  if (before === null) return null;
  // Not readable: somebody else's, or gone meanwhile.
  const block = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  if (!block.includes(processEnvironment.name)) return null;
  const values = parseEnvironment(block);
  const name = values.get(processEnvironment.name);
  const runId = parseRunId(values.get(nodeEnvironment.runId) ?? '');
  if (name === undefined || runId === undefined) return null;
  const owner = values.get(processEnvironment.owner) ?? null;
  return { pid, startTicks: before.startTicks, name, runId, owner };
}
