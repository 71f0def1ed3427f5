/** Whether a process stands still, as the kernel says. */
import { readdir, readFile } from 'node:fs/promises';
import type { NodeSighting } from '../runtime.ts';

/** A node is paused when all of its threads are (state T), since each stops for itself. */
export async function readTreeState(pid: number): Promise<NodeSighting['state']> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const states = await Promise.all(
    tasks.map((task) => readState(`/proc/${pid}/task/${task}/stat`)),
  );
  const alive = states.filter((state) => state !== '' && !'ZX'.includes(state));
  if (alive.length === 0) return 'gone';
  return alive.every((state) => state === 'T') ? 'paused' : 'running';
}

/** Field 3 of proc_pid_stat(5); the name before it may hold brackets. Empty for one that is gone. */
async function readState(path: string): Promise<string> {
  const stat = await readFile(path, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).charAt(0);
}
