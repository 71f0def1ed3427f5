import { readFile } from 'node:fs/promises';
import type { ControlReach } from './control-reach.ts';

/**
 * Counts the processes that the kernel of the daemon's host has killed for want of memory since it booted, those at
 * the limit of a container among them (`oom_kill` of /proc/vmstat, Linux 4.13).
 * @returns null where the kernel does not tell, or is another than ours
 */
export async function readOomKills(
  { kind }: Pick<ControlReach, 'kind'>,
  file = '/proc/vmstat',
): Promise<number | null> {
  // The daemon is on another machine: whom our own kernel killed was no node.
  if (kind === 'published') return null;
  const text = await readFile(file, 'utf8').catch(() => '');
  const count = /^oom_kill (\d+)$/m.exec(text)?.[1];
  return count === undefined ? null : Number(count);
}
