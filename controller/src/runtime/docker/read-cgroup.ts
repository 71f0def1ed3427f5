/**
 * What the kernel counts for the control group of a process, from outside and at once: the daemon
 * answers the same question once a second only (20.10).
 */
import { readFile } from 'node:fs/promises';
import type { ContainerUsage } from './docker-client.ts';

const ROOT = '/sys/fs/cgroup';

/** Files relative to the group's folder. v1 has a folder for each controller. */
interface Layout {
  readonly cpuStat: string;
  readonly memoryBytes: string;
  readonly memoryLimitBytes: string;
}

/**
 * @param pid on this host
 * @returns null where the kernel's files are not to be read here
 */
export async function readCgroup(pid: number, root = ROOT): Promise<ContainerUsage | null> {
  const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  const layout = layoutOf(groups, root);
  if (layout === null) return null;
  const [cpu, memory, limit] = await Promise.all(
    [layout.cpuStat, layout.memoryBytes, layout.memoryLimitBytes].map((path) =>
      readFile(path, 'utf8').catch(() => null),
    ),
  );
  // Another view of the groups than the process has: somebody who knows has to be asked.
  if (typeof cpu !== 'string' || typeof memory !== 'string') return null;
  const field = (name: string): number | null => {
    const text = new RegExp(`^${name} (\\d+)$`, 'm').exec(cpu)?.[1];
    return text === undefined ? null : Number(text);
  };
  return {
    // A kernel without the controller has the file, and no such line.
    cpuPeriods: field('nr_periods'),
    cpuPeriodsThrottled: field('nr_throttled'),
    memoryBytes: Number(memory),
    // v2 says `max`, v1 a number near 2^63.
    memoryLimitBytes: Number(limit ?? Number.NaN) || Number.POSITIVE_INFINITY,
  };
}

/** @param groups /proc/PID/cgroup: `NUMBER:CONTROLLERS:PATH`, v2 with number 0 and no controllers */
export function layoutOf(groups: string, root: string): Layout | null {
  const lines = groups.split('\n').map((line) => line.split(':'));
  const inV1 = (controller: string): string | null => {
    const found = lines.find(([, controllers]) => controllers?.split(',').includes(controller));
    return found === undefined ? null : `${root}/${controller}${found.slice(2).join(':')}`;
  };
  const cpu = inV1('cpu');
  const memory = inV1('memory');
  if (cpu !== null && memory !== null) {
    return {
      cpuStat: `${cpu}/cpu.stat`,
      memoryBytes: `${memory}/memory.usage_in_bytes`,
      memoryLimitBytes: `${memory}/memory.limit_in_bytes`,
    };
  }
  const v2 = lines.find(([number, controllers]) => number === '0' && controllers === '');
  if (v2 === undefined) return null;
  const folder = `${root}${v2.slice(2).join(':')}`;
  return {
    cpuStat: `${folder}/cpu.stat`,
    memoryBytes: `${folder}/memory.current`,
    memoryLimitBytes: `${folder}/memory.max`,
  };
}
