/** What the program takes of the machine, besides the sidecar; Linux tells it in /proc. */
import { readFileSync } from 'node:fs';

export interface Usage {
  readonly cpuMicros: number;
  readonly residentBytes: number;
}

/** Linux has counted user time in hundredths of a second, and pages of 4 KiB, on every machine. */
const MICROS_PER_TICK = 10_000;
const PAGE_BYTES = 4_096;

export function readUsage(pid: number | null): Usage {
  const { user, system } = process.cpuUsage();
  const own = { cpuMicros: user + system, residentBytes: process.memoryUsage.rss() };
  const other = pid === null ? null : parseUsage(readStat(pid));
  if (other === null) return own;
  return {
    cpuMicros: own.cpuMicros + other.cpuMicros,
    residentBytes: own.residentBytes + other.residentBytes,
  };
}

/** Fields 14, 15 and 24 of proc_pid_stat(5); the name before them may hold spaces. */
export function parseUsage(stat: string): Usage | null {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ticks = (fields[11] ?? Number.NaN) + (fields[12] ?? Number.NaN);
  const pages = fields[21] ?? Number.NaN;
  if (!Number.isFinite(ticks) || !Number.isFinite(pages)) return null;
  return { cpuMicros: ticks * MICROS_PER_TICK, residentBytes: pages * PAGE_BYTES };
}

function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ''; // it has ended, or there is no /proc
  }
}
