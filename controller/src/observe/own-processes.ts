import type { ProcessTicks } from './proc.ts';

/**
 * Tells CPU time of our own processes from everybody else's. Pure. Own are the process trees
 * under given roots (controller, nodes, a detached database) and the container engine's daemons
 * by name; what the engine runs for others is not own.
 */
export interface OwnProcesses {
  /**
   * Takes the next look at the whole process table.
   * @returns ticks spent since the look before; zeros for the first look
   */
  advance(table: readonly ProcessTicks[]): OwnTicks;

  /**
   * The row of a foreign process, which may stand in for a new one in the next look: how much
   * time it spent is of no interest, only that it is not ours. Undefined every eighth look, so
   * that a pid taken over by another process is noticed.
   */
  reusable(pid: number): ProcessTicks | undefined;
}

export interface OwnTicks {
  /** By own processes, including those that ended in between as far as a parent knows. */
  readonly own: number;
  /** By kernel threads that serve the network on everybody's behalf. */
  readonly kernel: number;
}

interface Seen extends ProcessTicks {
  readonly kind: 'own' | 'engine' | 'kernel' | 'foreign';
}

/** Names are cut to 15 characters by the kernel: `containerd-shim-runc-v2` is `containerd-shim`. */
const engineNames: ReadonlySet<string> = new Set([
  'dockerd',
  'containerd',
  'containerd-shim',
  'docker-proxy',
  'runc',
]);

/** A foreign process is read again once in so many looks, each in another one. */
const FOREIGN_LOOKS = 8;

/** @param rootPids read anew with every look: a node that is started again has another one */
export function createOwnProcesses(rootPids: Iterable<number>): OwnProcesses {
  let roots: ReadonlySet<number> = new Set();
  /** A root whose pid was taken over by another process is no root any more. */
  const rootStarts = new Map<number, number>();
  let seen: ReadonlyMap<number, Seen> | undefined;
  let looks = 0;

  const isRoot = ({ pid, startTicks }: ProcessTicks): boolean => {
    if (!roots.has(pid)) return false;
    if (!rootStarts.has(pid)) rootStarts.set(pid, startTicks);
    return rootStarts.get(pid) === startTicks;
  };

  return {
    advance(table) {
      looks++;
      roots = new Set(rootPids);
      const before = seen;
      const now = classify(table, isRoot, before ?? new Map());
      seen = now;
      if (before === undefined) return { own: 0, kernel: 0 };
      const reaped = sumEnded(before, now);
      let own = 0;
      let kernel = 0;
      for (const process of now.values()) {
        if (process.kind === 'foreign') continue;
        const previous = sameProcess(before, process);
        const spent = Math.max(0, process.cpuTicks - (previous?.cpuTicks ?? 0));
        if (process.kind === 'kernel') kernel += spent;
        else own += spent;
        // The rest of an ended child's time shows only in its parent. Not for the engine: among
        // the children of its shims are containers of other people.
        if (process.kind !== 'own') continue;
        const gained = process.childrenTicks - (previous?.childrenTicks ?? 0);
        own += Math.max(0, gained - (reaped.get(process.pid) ?? 0));
      }
      return { own, kernel };
    },
    reusable(pid) {
      const known = (pid + looks) % FOREIGN_LOOKS === 0 ? undefined : seen?.get(pid);
      return known?.kind === 'foreign' ? known : undefined;
    },
  };
}

/** Of each parent: ticks of its children that ended since, as counted up to the look before. */
function sumEnded(
  before: ReadonlyMap<number, Seen>,
  now: ReadonlyMap<number, Seen>,
): ReadonlyMap<number, number> {
  const ended = new Map<number, number>();
  for (const process of before.values()) {
    if (process.kind !== 'own' || sameProcess(now, process) !== undefined) continue;
    const ticks = process.cpuTicks + process.childrenTicks;
    ended.set(process.parentPid, (ended.get(process.parentPid) ?? 0) + ticks);
  }
  return ended;
}

function classify(
  table: readonly ProcessTicks[],
  isRoot: (process: ProcessTicks) => boolean,
  before: ReadonlyMap<number, Seen>,
): ReadonlyMap<number, Seen> {
  const byPid = new Map(table.map((process) => [process.pid, process]));
  const ownByPid = new Map<number, boolean>();
  /** Walks up to a process that is known; `depth` bounds it should the table be inconsistent. */
  const isOwn = (process: ProcessTicks, depth = 0): boolean => {
    const known = ownByPid.get(process.pid);
    if (known !== undefined) return known;
    const parent = byPid.get(process.parentPid);
    const own =
      isRoot(process) ||
      // Stays own when its parent dies and init adopts it.
      sameProcess(before, process)?.kind === 'own' ||
      (parent !== undefined && depth < 100 && isOwn(parent, depth + 1));
    ownByPid.set(process.pid, own);
    return own;
  };
  const kindOf = (process: ProcessTicks): Seen['kind'] => {
    if (isOwn(process)) return 'own';
    if (engineNames.has(process.name)) return 'engine';
    return process.parentPid === 2 && process.name.startsWith('ksoftirqd/') ? 'kernel' : 'foreign';
  };
  return new Map(table.map((process) => [process.pid, { ...process, kind: kindOf(process) }]));
}

function sameProcess(
  processes: ReadonlyMap<number, Seen>,
  { pid, startTicks }: ProcessTicks,
): Seen | undefined {
  const found = processes.get(pid);
  return found?.startTicks === startTicks ? found : undefined;
}
