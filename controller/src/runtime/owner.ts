/**
 * Who owns what a controller created: enough to tell, from any process of the same machine,
 * whether that controller still lives. A process id alone is not: ids are given out again, and
 * containers have their own. Linux tells all of it in /proc; where it does not, only the id counts.
 */
import { createHash } from 'node:crypto';
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
  /**
   * Hash of what tells this machine from others of the same name, the same after a reboot; empty
   * where unknown, as it often is in containers.
   */
  machine: z
    .string()
    .regex(/^([0-9a-f]{16})?$/)
    .default(''),
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
    machine: hashMachineId(readText('/etc/machine-id')),
  };
}

/**
 * The id itself is confidential, and is to be hashed with something of the application's own
 * (machine-id(5)).
 * @returns empty if the text is no id: machines say `uninitialized` before their first boot
 */
export function hashMachineId(text: string): string {
  const id = text.trim();
  if (!/^[0-9a-f]{32}$/.test(id)) return '';
  return createHash('sha256').update(`prsm-testbed/${id}`).digest('hex').slice(0, 16);
}

/** One word without spaces, for labels and environment variables. */
export function formatOwner(owner: Owner): string {
  const { host, bootId, pidNamespace, pid, startTicks, machine } = owner;
  return [host, bootId, pidNamespace, pid, startTicks ?? '', machine].join('/');
}

/** @returns null for text that `formatOwner` did not write; the last field may be missing */
export function parseOwner(text: string): Owner | null {
  const [host, bootId, pidNamespace, pid, startTicks, machine, ...rest] = text.split('/');
  const parsed = ownerSchema.safeParse({
    host,
    bootId,
    pidNamespace,
    pid: Number(pid),
    startTicks: startTicks === '' || startTicks === undefined ? null : Number(startTicks),
    machine,
  });
  return parsed.success && rest.length === 0 ? parsed.data : null;
}

/** How the owner became known. */
export interface OwnerSource {
  /** It was read in a file of this machine, not on an object that others may have created. */
  readonly ownFile: boolean;
}

/** Whether the owner still lives, as far as can be told from this process. */
export function readOwnerState(owner: Owner, source: OwnerSource): OwnerState {
  return judgeOwner(owner, identifyOwner(), { ...source, lookUp: readProcess });
}

/**
 * The rule behind `readOwnerState`, pure. A boot of another time means death only on the same
 * machine, and machines that share a Docker daemon may share a name as well.
 * @param here any process of the machine and namespace that `lookUp` sees
 */
export function judgeOwner(
  owner: Owner,
  here: Owner,
  { ownFile, lookUp }: OwnerSource & { readonly lookUp: (pid: number) => ProcessFacts | null },
): OwnerState {
  const sameMachine = isSameMachine(owner, here, ownFile);
  if (owner.bootId !== here.bootId) return sameMachine ? 'dead' : 'unknown';
  if (owner.bootId === '' && !sameMachine) return 'unknown';
  if (owner.pidNamespace !== here.pidNamespace) return 'unknown';
  const found = lookUp(owner.pid);
  if (found === null) return 'dead';
  if (owner.startTicks === null || found.startTicks === null) return 'alive';
  return owner.startTicks === found.startTicks ? 'alive' : 'dead';
}

/** The name alone is not enough, unless the files of the owner are here too. */
function isSameMachine(owner: Owner, here: Owner, ownFile: boolean): boolean {
  if (owner.host !== here.host) return false;
  if (owner.machine === '' || here.machine === '') return ownFile;
  return owner.machine === here.machine;
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
