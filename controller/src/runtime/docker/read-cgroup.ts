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
  /** v1 alone: nanoseconds. v2 has it in cpuStat. */
  readonly cpuUsage: string | null;
  /** v2: quota and period in one file; v1: one each. */
  readonly cpuQuota: readonly string[];
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
  const { cpuStat, cpuUsage, cpuQuota, memoryBytes, memoryLimitBytes } = layout;
  const read = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null);
  const [cpu, memory, limit, usage, ...quota] = await Promise.all([
    ...[cpuStat, memoryBytes, memoryLimitBytes].map(read),
    cpuUsage === null ? null : read(cpuUsage),
    ...cpuQuota.map(read),
  ]);
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
    cpuMicros: typeof usage === 'string' ? Number(usage) / 1_000 : field('usage_usec'),
    cpuQuotaCores: quotaOf(quota),
    memoryBytes: Number(memory),
    // v2 says `max`, v1 a number near 2^63.
    memoryLimitBytes: Number(limit ?? Number.NaN) || Number.POSITIVE_INFINITY,
  };
}

/** @param texts `MICROS PERIOD` or `max PERIOD` (v2); quota, -1 without, and period (v1) */
export function quotaOf(texts: readonly (string | null | undefined)[]): number | null {
  const words = texts.flatMap((text) => text?.trim().split(/\s+/) ?? []);
  const [quota, period] = words;
  if (quota === undefined || period === undefined) return null;
  return quota === 'max' || Number(quota) < 0
    ? Number.POSITIVE_INFINITY
    : Number(quota) / Number(period);
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
  const usage = inV1('cpuacct');
  if (cpu !== null && memory !== null) {
    return {
      cpuStat: `${cpu}/cpu.stat`,
      cpuUsage: usage === null ? null : `${usage}/cpuacct.usage`,
      cpuQuota: [`${cpu}/cpu.cfs_quota_us`, `${cpu}/cpu.cfs_period_us`],
      memoryBytes: `${memory}/memory.usage_in_bytes`,
      memoryLimitBytes: `${memory}/memory.limit_in_bytes`,
    };
  }
  const v2 = lines.find(([number, controllers]) => number === '0' && controllers === '');
  if (v2 === undefined) return null;
  const folder = `${root}${v2.slice(2).join(':')}`;
  return {
    cpuStat: `${folder}/cpu.stat`,
    cpuUsage: null,
    cpuQuota: [`${folder}/cpu.max`],
    memoryBytes: `${folder}/memory.current`,
    memoryLimitBytes: `${folder}/memory.max`,
  };
}
