import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Short, so that a process stands still for milliseconds, as on a slower processor, not for long. */
const PERIOD_MICROS = 20_000;
/** Version 1 and 2 of control groups. */
const GROUP_ROOTS = ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup'];

/**
 * Lets processes have that many cores together, by the kernel's bandwidth control. Needs root.
 * @returns what ends it, after the processes are gone; null where this machine cannot do it
 */
export function limitCores(pids: readonly number[], cores: number): (() => void) | null {
  for (const root of GROUP_ROOTS) {
    const folder = join(root, `testbed-bench-${process.pid}-${pids[0] ?? 0}`);
    try {
      mkdirSync(folder);
    } catch {
      continue; // no such version here, or not allowed
    }
    try {
      setQuota(folder, Math.round(cores * PERIOD_MICROS));
      for (const pid of pids)
        writeFileSync(join(folder, 'cgroup.procs'), String(pid), { flag: 'r+' });
      return () => rmdirSync(folder);
    } catch {
      rmdirSync(folder);
    }
  }
  return null;
}

function setQuota(folder: string, quotaMicros: number): void {
  try {
    write(folder, 'cpu.cfs_period_us', String(PERIOD_MICROS));
    write(folder, 'cpu.cfs_quota_us', String(quotaMicros));
  } catch {
    write(folder, 'cpu.max', `${quotaMicros} ${PERIOD_MICROS}`);
  }
}

/** Never creates: a missing file is another version's. */
function write(folder: string, name: string, value: string): void {
  writeFileSync(join(folder, name), value, { flag: 'r+' });
}
