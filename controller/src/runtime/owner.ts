/**
 * Who owns what a controller created: enough to tell, from any process of the same machine,
 * whether that controller still lives. A process id alone is not: ids are given out again, and
 * containers have their own. Linux tells all of it in /proc; where it does not, only the id counts.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

export const ownerSchema = z.strictObject({
  host: z.string().min(1),
  /** Changes with every boot of the kernel; empty where unknown. */
  bootId: z.string(),
  /** Inside another namespace the same number names another process; empty where unknown. */
  pidNamespace: z.string(),
  pid: z.number().int().positive(),
  /** Kernel clock ticks from boot to the start of the process; null where unknown. */
  startTicks: z.number().int().nullable(),
});
export type Owner = z.infer<typeof ownerSchema>;

/** unknown: another machine or another container, of which nothing can be said from here. */
export type OwnerState = 'alive' | 'dead' | 'unknown';

/** What the kernel says about one process; null if there is none (a zombie counts as none). */
export interface ProcessFacts {
  readonly startTicks: number | null;
}

/** Identifies a living process of this machine, by default this one. */
export function identifyOwner(pid: number = process.pid): Owner {
  return {
    host: hostname(),
    bootId: readText('/proc/sys/kernel/random/boot_id').slice(0, 8),
    pidNamespace: readNamespace(),
    pid,
    startTicks: readProcess(pid)?.startTicks ?? null,
  };
}

/** One word without spaces, for labels and environment variables. */
export function formatOwner(owner: Owner): string {
  const { host, bootId, pidNamespace, pid, startTicks } = owner;
  return [host, bootId, pidNamespace, pid, startTicks ?? ''].join('/');
}

/** @returns null for text that `formatOwner` did not write */
export function parseOwner(text: string): Owner | null {
  const [host, bootId, pidNamespace, pid, startTicks, ...rest] = text.split('/');
  const parsed = ownerSchema.safeParse({
    host,
    bootId,
    pidNamespace,
    pid: Number(pid),
    startTicks: startTicks === '' || startTicks === undefined ? null : Number(startTicks),
  });
  return parsed.success && rest.length === 0 ? parsed.data : null;
}

/** Whether the owner still lives, as far as can be told from this process. */
export function readOwnerState(owner: Owner): OwnerState {
  return judgeOwner(owner, identifyOwner(), readProcess);
}

/**
 * The rule behind `readOwnerState`, pure.
 * @param here any process of the machine and namespace that `lookUp` sees
 */
export function judgeOwner(
  owner: Owner,
  here: Owner,
  lookUp: (pid: number) => ProcessFacts | null,
): OwnerState {
  if (owner.bootId !== here.bootId) return owner.host === here.host ? 'dead' : 'unknown';
  if (owner.bootId === '' && owner.host !== here.host) return 'unknown';
  if (owner.pidNamespace !== here.pidNamespace) return 'unknown';
  const found = lookUp(owner.pid);
  if (found === null) return 'dead';
  if (owner.startTicks === null || found.startTicks === null) return 'alive';
  return owner.startTicks === found.startTicks ? 'alive' : 'dead';
}

/** Looks a process up by id: in /proc, or by the null signal where there is none. */
export function readProcess(pid: number): ProcessFacts | null {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat !== '') return parseProcessStat(stat);
  if (readText('/proc/self/stat') !== '') return null;
  try {
    process.kill(pid, 0);
    return { startTicks: null };
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? { startTicks: null } : null;
  }
}

/**
 * Reads state and start time from a line of /proc/PID/stat (proc_pid_stat(5), fields 3 and 22).
 * The name in field 2 may hold spaces and brackets, so counting starts after the last bracket.
 */
export function parseProcessStat(stat: string): ProcessFacts | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  const startTicks = Number(fields[19]);
  return { startTicks: Number.isInteger(startTicks) ? startTicks : null };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** `pid:[4026531836]` without what is not a digit. */
function readNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '';
  }
}
