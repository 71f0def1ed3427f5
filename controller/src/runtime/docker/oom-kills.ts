import { readFile } from 'node:fs/promises';

/**
 * Counts the processes that this kernel has killed for want of memory since it booted, those at
 * the limit of a container among them (`oom_kill` of /proc/vmstat, Linux 4.13).
 * @returns null where the kernel does not tell
 */
export async function readOomKills(file = '/proc/vmstat'): Promise<number | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const count = /^oom_kill (\d+)$/m.exec(text)?.[1];
  return count === undefined ? null : Number(count);
}
