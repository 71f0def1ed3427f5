import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the kernel says of this container; absent facts are null. */
export interface CgroupFigures {
  readonly cpuSeconds: number | null;
  /** Scheduling periods that had a quota, those in which it was used up, and the time lost. */
  readonly periods: number | null;
  readonly throttledPeriods: number | null;
  readonly throttledSeconds: number | null;
  /** Memory in use less inactive file cache, as `docker stats` counts it. */
  readonly workingSetBytes: number | null;
  /** Null where there is no limit. */
  readonly limitBytes: number | null;
}

/** Limits beyond this are the kernel's way of saying "none" on cgroup v1. */
const NO_LIMIT_BYTES = 2 ** 60;

/** Programs that only start one other and pass signals on; the node is then their only child. */
const INIT_PROGRAMS = ['docker-init', 'tini', 'dumb-init', 'catatonit'];

/**
 * Whether this process has its container for itself, so that the container's figures are the
 * node's own. On the process runtime all nodes may sit in one container, whose figures would be
 * everybody's.
 */
export function ownsContainer(process: { readonly pid: number; readonly ppid: number }): boolean {
  if (process.pid === 1) return true;
  if (process.ppid !== 1) return false;
  return INIT_PROGRAMS.includes(readText('/proc/1/comm')?.trim() ?? '');
}

/** @param root where the kernel shows this container's own cgroup: `/sys/fs/cgroup` */
export function createCgroupReader(root: string): () => CgroupFigures {
  return existsSync(join(root, 'cgroup.controllers')) ? () => readV2(root) : () => readV1(root);
}

function readV2(root: string): CgroupFigures {
  const cpu = readFields(join(root, 'cpu.stat'));
  const inactive = readFields(join(root, 'memory.stat')).get('inactive_file') ?? 0;
  const current = readNumber(join(root, 'memory.current'));
  return {
    cpuSeconds: scaled(cpu.get('usage_usec'), 1e-6),
    periods: cpu.get('nr_periods') ?? null,
    throttledPeriods: cpu.get('nr_throttled') ?? null,
    throttledSeconds: scaled(cpu.get('throttled_usec'), 1e-6),
    workingSetBytes: current === null ? null : Math.max(0, current - inactive),
    limitBytes: readNumber(join(root, 'memory.max')),
  };
}

function readV1(root: string): CgroupFigures {
  const cpu = readFields(join(root, 'cpu', 'cpu.stat'));
  const inactive = readFields(join(root, 'memory', 'memory.stat')).get('total_inactive_file') ?? 0;
  const used = readNumber(join(root, 'memory', 'memory.usage_in_bytes'));
  const limit = readNumber(join(root, 'memory', 'memory.limit_in_bytes'));
  return {
    cpuSeconds: scaled(readNumber(join(root, 'cpuacct', 'cpuacct.usage')) ?? undefined, 1e-9),
    periods: cpu.get('nr_periods') ?? null,
    throttledPeriods: cpu.get('nr_throttled') ?? null,
    throttledSeconds: scaled(cpu.get('throttled_time'), 1e-9),
    workingSetBytes: used === null ? null : Math.max(0, used - inactive),
    limitBytes: limit !== null && limit < NO_LIMIT_BYTES ? limit : null,
  };
}

function scaled(value: number | undefined, factor: number): number | null {
  return value === undefined ? null : value * factor;
}

/** Lines of `name value`. */
function readFields(path: string): Map<string, number> {
  const fields = new Map<string, number>();
  for (const line of (readText(path) ?? '').split('\n')) {
    const [name, value] = line.split(' ');
    if (name !== undefined && value !== undefined) fields.set(name, Number(value));
  }
  return fields;
}

/** Null if the file is absent or says `max`. */
function readNumber(path: string): number | null {
  const value = Number.parseInt(readText(path) ?? '', 10);
  return Number.isFinite(value) ? value : null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Absent or unreadable is an answer: the figure is not known here.
    return null;
  }
}
