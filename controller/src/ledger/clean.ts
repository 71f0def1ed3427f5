/**
 * Removes what dead controllers left behind, and nothing else. Two sources name it: ledgers on
 * disk (also when Docker has forgotten a label) and labels on the host (also when the data folder
 * is gone). Whoever still lives keeps everything; of whom nothing can be said, too, unless a
 * person names the run.
 */
import { TestbedError } from '../errors/testbed-error.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/message-of.ts';
import { systemClock } from '../lib/system-clock.ts';
import type { RunId } from '../model/ids.ts';
import type { RuntimeKind } from '../model/scenario.ts';
import {
  formatOwner,
  type Owner,
  type OwnerSource,
  type OwnerState,
  parseOwner,
  readOwnerState,
} from '../runtime/owner.ts';
import type { OwnedObject, Runtime } from '../runtime/runtime.ts';
import { createNotes, type Notes } from './clean-notes.ts';
import { noteRemoved, removeBlank } from './ledger.ts';
import { type FoundLedger, objectKey, openLedgers } from './ledger-content.ts';

export interface CleanRequest {
  readonly dataFolder: string;
  /** Only this run, also if nobody can say whether its controller lives; null for all. */
  readonly runId: RunId | null;
  /** With `runId`: also if its controller is known to live. */
  readonly force: boolean;
  /** Tells what would be removed and removes nothing. */
  readonly dryRun?: boolean;
  readonly signal: AbortSignal;
}

export interface CleanDependencies {
  /** Every runtime that may hold objects. */
  readonly runtimes: readonly Runtime[];
  /** Replaced in tests. */
  readonly ownerState?: (owner: Owner, source: OwnerSource) => OwnerState;
  readonly clock?: Pick<Clock, 'now'>;
  /**
   * Marks the stored run of a dead controller as failed, if it is stored as running. Called before
   * its ledger is set aside, so that what did not work is tried again the next time. Left out:
   * stored runs stay as they are.
   * @returns whether it was marked
   */
  readonly closeRun?: (runId: RunId) => Promise<boolean>;
}

export interface CleanOutcome {
  readonly removed: readonly OwnedObject[];
  /** Objects that were left alone, by run, and why. */
  readonly spared: readonly SparedRun[];
  /** What is known to be there, should have been removed, and could not be. */
  readonly failures: readonly TestbedError[];
  /** Runtimes that could not be asked what they hold; only ledgers spoke for them. */
  readonly unseen: readonly { readonly runtime: RuntimeKind; readonly error: TestbedError }[];
  /** What a person should know of stored runs: which were marked as failed, which could not be. */
  readonly notes: readonly string[];
}

export interface SparedRun {
  readonly runId: RunId;
  readonly objectCount: number;
  readonly reason: string;
}

/** A controller writes its first line at once; one on a crowded machine may take a while. */
const BEGINNING_MS = 60_000;

/** What one run has outside its controller, from both sources. */
interface RunLeftovers {
  readonly runId: RunId;
  readonly ledgers: FoundLedger[];
  /** Announced, met on the host, or both. */
  readonly objects: Map<string, OwnedObject>;
  /** Keys of those met. What was announced may never have been created. */
  readonly met: Set<string>;
  /** By their text, so that a label adds nothing to what a ledger says of the same controller. */
  readonly owners: Map<string, FoundOwner>;
}

interface FoundOwner extends OwnerSource {
  readonly owner: Owner;
}

/** @throws TestbedError RUN_ACTIVE when the named run is still going */
export async function clean(
  request: CleanRequest,
  dependencies: CleanDependencies,
): Promise<CleanOutcome> {
  const { ownerState = readOwnerState, clock = systemClock } = dependencies;
  const failures: TestbedError[] = [];
  const { runs, unseen } = await findLeftovers(request, dependencies.runtimes);
  const blind = new Set(unseen.map(({ runtime }) => runtime));
  const removed: OwnedObject[] = [];
  const spared: SparedRun[] = [];
  const notes = createNotes();
  for (const run of runs) {
    if (isBlank(run, request, clock.now())) {
      if (request.dryRun !== true) await removeBlankLedgers(run, notes, failures);
      continue;
    }
    const reason = reasonToSpare(run, request, ownerState);
    if (reason !== null) {
      spared.push({ runId: run.runId, objectCount: run.objects.size, reason });
      continue;
    }
    const isClosed = await closeDeadRun(run, request, dependencies, notes);
    const onNote = (text: string): void => notes.add(text);
    const work = { ...request, isClosed, onNote };
    const done = await removeRun(run, work, dependencies.runtimes, failures);
    // Where the host could not be asked, the ledger is believed.
    removed.push(...done.filter((one) => run.met.has(objectKey(one)) || blind.has(one.runtime)));
  }
  const told = spared.filter(({ objectCount }) => objectCount > 0);
  const reasons = new Set(failures.map(({ message }) => message));
  return {
    removed,
    spared: told,
    failures: failures.filter(isFirst),
    // What could not be removed says why, and need not be said of the looking again.
    unseen: unseen.filter(({ error }) => !reasons.has(error.message)),
    notes: notes.all(),
  };
}

/** One reason for many runs is one reason. */
function isFirst({ message }: TestbedError, index: number, all: readonly TestbedError[]): boolean {
  return all.findIndex((other) => other.message === message) === index;
}

/**
 * A ledger without an owner and without objects: the disk was full when it was begun, and nothing
 * is created before it is announced. A young one may be about to be written.
 */
function isBlank({ ledgers, objects }: RunLeftovers, { runId }: CleanRequest, now: Date): boolean {
  return (
    ledgers.length > 0 &&
    objects.size === 0 &&
    ledgers.every(
      ({ owner, changedAt }) =>
        owner === null && (runId !== null || now.getTime() - changedAt.getTime() > BEGINNING_MS),
    )
  );
}

async function removeBlankLedgers(
  { runId, ledgers }: RunLeftovers,
  notes: Notes,
  failures: TestbedError[],
): Promise<void> {
  try {
    for (const { path } of ledgers) await removeBlank(path);
    notes.add(`Run ${runId} never began; its empty ledger is removed.`);
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    failures.push(error);
  }
}

async function findLeftovers(
  { dataFolder, runId: wanted, signal }: CleanRequest,
  runtimes: readonly Runtime[],
): Promise<{ runs: RunLeftovers[]; unseen: CleanOutcome['unseen'] }> {
  const unseen: { runtime: RuntimeKind; error: TestbedError }[] = [];
  const runs = new Map<RunId, RunLeftovers>();
  const runOf = (runId: RunId): RunLeftovers => {
    const known = runs.get(runId);
    if (known !== undefined) return known;
    const fresh = {
      runId,
      ledgers: [],
      objects: new Map(),
      met: new Set<string>(),
      owners: new Map(),
    };
    runs.set(runId, fresh);
    return fresh;
  };
  for (const ledger of await openLedgers(dataFolder)) {
    const run = runOf(ledger.runId);
    run.ledgers.push(ledger);
    const { owner } = ledger;
    if (owner !== null) run.owners.set(formatOwner(owner), { owner, ownFile: true });
    for (const object of ledger.remaining) run.objects.set(objectKey(object), object);
  }
  for (const runtime of runtimes) {
    try {
      for (const { owner: text, ...object } of await runtime.list({ signal })) {
        const run = runOf(object.runId);
        run.objects.set(objectKey(object), object);
        run.met.add(objectKey(object));
        const owner = text === null ? null : parseOwner(text);
        if (owner === null || run.owners.has(formatOwner(owner))) continue;
        run.owners.set(formatOwner(owner), { owner, ownFile: false });
      }
    } catch (error) {
      unseen.push({ runtime: runtime.kind, error: expected(error, signal) });
    }
  }
  const all = [...runs.values()].sort((a, b) => a.runId.localeCompare(b.runId));
  return { runs: all.filter(({ runId }) => wanted === null || runId === wanted), unseen };
}

/** @returns null if everything of this run may be removed */
function reasonToSpare(
  run: RunLeftovers,
  { runId, force }: CleanRequest,
  ownerState: (owner: Owner, source: OwnerSource) => OwnerState,
): string | null {
  const owners = [...run.owners.values()].map(({ owner, ...source }) => ({
    ...owner,
    state: ownerState(owner, source),
  }));
  const alive = owners.find(({ state }) => state === 'alive');
  const named = runId !== null;
  if (alive !== undefined) {
    if (named && force) return null;
    const text = `its controller (process ${alive.pid} on ${alive.host}) is still running`;
    if (!named) return text;
    throw new TestbedError('RUN_ACTIVE', `Run ${run.runId} is not cleaned: ${text}.`, {
      hint: `Stop it with: kill -INT ${alive.pid}; or clean it all the same with --force.`,
    });
  }
  if (named) return null;
  if (owners.length === 0) return 'nothing says which controller it belongs to';
  const unknown = owners.find(({ state }) => state === 'unknown');
  if (unknown === undefined) return null;
  return (
    `its controller ran elsewhere (process ${unknown.pid} on ${unknown.host}) and may still; ` +
    `name the run if it does not: ./scripts/testbed clean --run ${run.runId}`
  );
}

/**
 * A person who names a run may have it removed though its controller lives or cannot be asked; its
 * record stays that controller's all the same.
 * @returns false if it has to be tried again
 */
async function closeDeadRun(
  { runId, ledgers, owners }: RunLeftovers,
  { signal, dryRun = false }: CleanRequest,
  { closeRun, ownerState = readOwnerState }: CleanDependencies,
  notes: Notes,
): Promise<boolean> {
  const states = [...owners.values()].map(({ owner, ...source }) => ownerState(owner, source));
  const isDead = states.length > 0 && states.every((state) => state === 'dead');
  if (closeRun === undefined || dryRun || ledgers.length === 0 || !isDead) return true;
  try {
    if (await closeRun(runId)) {
      notes.add(`Run ${runId} is marked as failed: its controller was killed before it ended.`);
    }
    return true;
  } catch (error) {
    notes.addUnclosed(runId, expected(error, signal).message);
    return false;
  }
}

interface RemovalOfRun extends CleanRequest {
  readonly isClosed: boolean;
  readonly onNote: (text: string) => void;
}

async function removeRun(
  run: RunLeftovers,
  { signal, dryRun = false, isClosed, onNote }: RemovalOfRun,
  runtimes: readonly Runtime[],
  failures: TestbedError[],
): Promise<OwnedObject[]> {
  if (dryRun) {
    const kinds = runtimes.map(({ kind }) => kind);
    return [...run.objects.values()].filter(({ runtime }) => kinds.includes(runtime));
  }
  const removed: OwnedObject[] = [];
  for (const runtime of runtimes) {
    const mine = [...run.objects.values()].filter((object) => object.runtime === runtime.kind);
    if (mine.length === 0) continue;
    try {
      await runtime.remove(mine, { signal, onNote });
      removed.push(...mine);
    } catch (error) {
      failures.push(expected(error, signal));
    }
  }
  for (const ledger of run.ledgers) {
    await settleLedger(ledger, { removed, isClosed }, failures);
  }
  return removed;
}

async function settleLedger(
  ledger: FoundLedger,
  { removed, isClosed }: { readonly removed: readonly OwnedObject[]; readonly isClosed: boolean },
  failures: TestbedError[],
): Promise<void> {
  const keys = new Set(removed.map(objectKey));
  const settled = ledger.remaining.filter((object) => keys.has(objectKey(object)));
  const done = isClosed && settled.length === ledger.remaining.length;
  try {
    await noteRemoved(ledger.path, settled, { done });
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    failures.push(error);
  }
}

/** A failure that cleaning reports and survives; a signal or a bug ends it. */
function expected(error: unknown, signal: AbortSignal): TestbedError {
  signal.throwIfAborted();
  if (error instanceof TestbedError) return error;
  throw new Error(`Cleaning met a bug: ${messageOf(error)}`, { cause: error });
}
