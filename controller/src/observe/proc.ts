/**
 * Reads the texts of Linux's /proc that say how busy a host is. Pure: text in, numbers out; the
 * files are opened by proc-files.ts. Undefined where a text is not what the kernel documents.
 * @see proc(5), https://docs.kernel.org/accounting/psi.html
 */

/** Ticks since boot, summed over all CPUs (1 tick = 10 ms on every kernel that matters here). */
export interface CpuTicks {
  /** Everything, including idle and stolen time. */
  readonly total: number;
  /** Waiting for work or for a disk. */
  readonly idle: number;
  /** Taken by the hypervisor for others. */
  readonly steal: number;
  /** Interrupts, hard and soft: in nobody's name. */
  readonly interrupts: number;
  /** total - idle - steal. */
  readonly busy: number;
}

/** Of /proc/stat, its first line. Guest time is already inside user time. */
export function parseCpuTicks(text: string): CpuTicks | undefined {
  const line = text.slice(0, text.indexOf('\n'));
  if (!line.startsWith('cpu ')) return undefined;
  const fields = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const [user, nice, system, idle, iowait = 0, irq = 0, softirq = 0, steal = 0] = fields;
  if (user === undefined || nice === undefined || system === undefined || idle === undefined) {
    return undefined;
  }
  if (fields.some((field) => !Number.isFinite(field))) return undefined;
  const busy = user + nice + system + irq + softirq;
  return {
    total: busy + idle + iowait + steal,
    idle: idle + iowait,
    steal,
    interrupts: irq + softirq,
    busy,
  };
}

/** Microseconds since boot in which some, or all, non-idle tasks stalled. */
export interface PressureTotals {
  readonly someMicros: number;
  /** Absent for CPU on kernels before 5.13. */
  readonly fullMicros: number | null;
}

/** Of one file in /proc/pressure. */
export function parsePressure(text: string): PressureTotals | undefined {
  const some = /^some .*total=(\d+)/m.exec(text)?.[1];
  if (some === undefined) return undefined;
  const full = /^full .*total=(\d+)/m.exec(text)?.[1];
  return { someMicros: Number(some), fullMicros: full === undefined ? null : Number(full) };
}

/** MemAvailable of /proc/meminfo in bytes. */
export function parseMemoryAvailable(text: string): number | undefined {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** Pages swapped in since boot, of /proc/vmstat. */
export function parseSwapInPages(text: string): number | undefined {
  const pages = /^pswpin (\d+)$/m.exec(text)?.[1];
  return pages === undefined ? undefined : Number(pages);
}

export interface ProcessTicks {
  readonly pid: number;
  /** At most 15 characters; may hold blanks and parentheses. */
  readonly name: string;
  readonly parentPid: number;
  /** Ticks since boot at which the process began: tells a reused pid from the old one. */
  readonly startTicks: number;
  /** User and system time of the process and all its threads. */
  readonly cpuTicks: number;
  /** The same of all its children that ended and were waited for, and of theirs. */
  readonly childrenTicks: number;
}

/** Of /proc/<pid>/stat. */
export function parseProcessTicks(text: string): ProcessTicks | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  // From the state on: state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt
  // utime stime cutime cstime priority nice threads itrealvalue starttime.
  const fields = text.slice(close + 2).split(' ', 20);
  const pid = Number(text.slice(0, open));
  const [parentPid, utime, stime, cutime, cstime, startTicks] = [1, 11, 12, 13, 14, 19].map(
    (index) => Number(fields[index]),
  ) as [number, number, number, number, number, number]; // six indexes, six numbers
  if (!Number.isInteger(pid) || !Number.isFinite(startTicks + parentPid + utime + stime)) {
    return undefined;
  }
  return {
    pid,
    name: text.slice(open + 1, close),
    parentPid,
    startTicks,
    cpuTicks: utime + stime,
    childrenTicks: cutime + cstime,
  };
}
