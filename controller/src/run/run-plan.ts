import { withEffects } from '../analyse/with-effects.ts';
import { catalogue } from '../errors/catalogue.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { messageOf } from '../lib/message-of.ts';
import type { RunId } from '../model/ids.ts';
import { nameNodes } from '../model/name-nodes.ts';
import type { Capacity, Cell, Plan, PlannedRepetition } from '../model/plan.ts';
import { reasonCodes } from '../model/reason-kinds.ts';
import {
  type HostFacts,
  type NodeClaim,
  type Provenance,
  type RepetitionRecord,
  type RunFailure,
  type RunRecord,
  type RunStatus,
  type StoredRun,
  wasCut,
} from '../model/record.ts';
import { wordCell } from '../model/word-cell.ts';
import { isHarmlessLeftover } from '../runtime/harmless-leftover.ts';
import type { Store } from '../store/store.ts';
import { buildRecord } from './build-record.ts';
import { addClaims } from './node-claims.ts';
import { createPace } from './pace.ts';
import type { RepetitionOutcome } from './repetition-outcome.ts';
import {
  type CellImages,
  imageOf,
  type RepetitionDependencies,
  type RepetitionRequest,
} from './repetition-request.ts';
import type { RunFolder } from './run-folder.ts';
import { runRepetition } from './run-repetition.ts';
import { tellRepetitionEnd } from './tell-repetition-end.ts';

/**
 * The sequencer: carries a plan through its repetitions, one fresh network after the other, and
 * stores each as soon as it is over. What has been stored stays, however the run ends.
 */

export interface PlanRequest {
  readonly runId: RunId;
  readonly plan: Plan;
  readonly capacity: Capacity;
  readonly images: CellImages;
  readonly hosts: readonly HostFacts[];
  readonly provenance: Provenance;
  readonly folder: RunFolder;
  /** Processes of ours besides controller and nodes: a database, services. Read anew with every look. */
  readonly ownPids: Iterable<number>;
  /** Measure all the same when the network is not the one asked for, and say so. */
  readonly allowMismatch: boolean;
  readonly keepLogs?: boolean;
  /** Known before the first repetition: capacity, limits that cannot be enforced. */
  readonly warnings: readonly string[];
}

export interface PlanDependencies extends RepetitionDependencies {
  readonly store: Store;
  /** Called before and after each repetition, while nothing of ours runs. */
  readonly takeCanary: () => Promise<number | null>;
}

export interface PlanOutcome {
  readonly stored: StoredRun;
  /** What ended the run early; null if every repetition had its turn. */
  readonly error: TestbedError | null;
}

/** An invalid repetition is done once more (statistics B14), then left as it is. */
const ATTEMPTS_MAX = 2;
/** A node that answers outside the contract does so again. */
const contractReasons: ReadonlySet<string> = new Set([
  reasonCodes.resultsUnusable,
  reasonCodes.repliesDisagree,
]);

export async function runPlan(request: PlanRequest, deps: PlanDependencies): Promise<PlanOutcome> {
  const { plan, runId, capacity } = request;
  const { clock, onProgress } = deps;
  const startedAt = clock.now();
  const warnings = new Set([...capacity.warnings, ...request.warnings]);
  const claims: Claims = { nodes: request.provenance.claims.nodes };
  const stateOf = (status: RunStatus, failure: RunFailure | null): RunState => {
    return { startedAt, status, failure, warnings: [...warnings], claims: claims.nodes };
  };
  const save = (status: RunStatus, failure: RunFailure | null): Promise<RunRecord> =>
    saveRun(request, deps, stateOf(status, failure));

  await save('running', null);
  onProgress({ kind: 'run-started', runId, plan, estimatedMs: capacity.durationMs });
  const pace = createPace(plan, capacity, clock);
  const repetitions: RepetitionRecord[] = [];
  let error: TestbedError | null = null;
  try {
    for (const [position, planned] of plan.order.entries()) {
      if (deps.stop.aborted || deps.kill.aborted) break;
      const ended = await repeatUntilValid(request, deps, {
        ...{ position, planned, pace, warnings, claims },
      });
      repetitions.push(...ended.records.map(withoutSeries));
      error = ended.fatal;
      if (error !== null) break;
    }
  } catch (bug) {
    await save('failed', { code: 'BUG', message: messageOf(bug) }).catch(() => null);
    throw bug;
  }
  if (isCutShort(plan, repetitions)) error ??= interrupted(request, repetitions);
  const failure = error && { code: error.code, message: error.message };
  const run = await save(statusOf(error), failure).catch((unsaved: unknown) => {
    // The same full disk again: what could not be stored is printed all the same.
    if (error === null || !(unsaved instanceof TestbedError)) throw unsaved;
    return runRecord(request, deps, stateOf('failed', failure));
  });
  return { stored: { run, repetitions }, error };
}

/** What nodes have said they are, as it grows. */
interface Claims {
  nodes: readonly NodeClaim[];
}

interface Turn {
  readonly claims: Claims;
  readonly position: number;
  readonly planned: PlannedRepetition;
  readonly pace: ReturnType<typeof createPace>;
  readonly warnings: Set<string>;
}

/** Runs, judges and stores one planned repetition, at most twice. */
async function repeatUntilValid(
  request: PlanRequest,
  deps: PlanDependencies,
  { position, planned, pace, warnings, claims }: Turn,
): Promise<{ readonly records: readonly RepetitionRecord[]; readonly fatal: TestbedError | null }> {
  const { plan } = request;
  const cell = cellOf(plan, planned);
  const records: RepetitionRecord[] = [];
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    deps.onProgress({
      kind: 'repetition-started',
      position,
      total: plan.order.length,
      cellId: cell.id,
      nodeCount: cell.nodeCount,
      repetition: planned.repetition,
      attempt,
    });
    const repetition: RepetitionRequest = {
      ...request,
      image: imageOf(request.images, cell),
      cell,
      planned,
      attempt,
    };
    const before = await deps.takeCanary();
    const outcome = await runRepetition(repetition, deps);
    const after = await deps.takeCanary();
    const record = buildRecord(repetition, outcome, slowest(before, after));
    for (const text of [...outcome.runtimeWarnings, ...outcome.notices]) warnings.add(text);
    claims.nodes = addClaims(claims.nodes, outcome.identities, {
      words: wordCell(cell),
      protocol: cell.settings.engine.protocol,
    });
    if (outcome.killed.length > 0) warnings.add(describeKilled(cell, outcome.killed));
    for (const source of outcome.hostOutcome?.unavailable ?? []) {
      warnings.add(`This host does not offer ${source}; its part of the verdict is missing.`);
    }
    records.push(record);
    const unsaved = await trySave(deps.store, withEffects(record));
    if (outcome.removalError !== null) warnings.add(outcome.removalError.message);
    const fatal = unsaved ?? fatalErrorOf(outcome);
    const again = record.verdict === 'invalid' && isWorthRepeating(record, deps);
    const isLast = !again || fatal !== null || attempt === ATTEMPTS_MAX - 1;
    pace.attempted(cell.id, { isLast, isWhole: record.failure === null });
    tellRepetitionEnd(
      record,
      { position, total: plan.order.length, isRepeated: !isLast, remainingMs: pace.remainingMs() },
      deps.onProgress,
    );
    if (fatal !== null) return { records, fatal };
    if (isLast) break;
  }
  return { records, fatal: null };
}

/** A record that cannot be kept ends the run, but not before its figures have been told. */
async function trySave(store: Store, record: RepetitionRecord): Promise<TestbedError | null> {
  try {
    await store.saveRepetition(record);
    return null;
  } catch (error) {
    if (error instanceof TestbedError) return error;
    throw error;
  }
}

/** A violated log will not become right by trying again, and a stopped run should stop. */
function isWorthRepeating(record: RepetitionRecord, { stop, kill }: PlanDependencies): boolean {
  const { safetyViolation, failure, reasons } = record;
  const breaksContract =
    failure?.code === 'NODE_CONTRACT' ||
    reasons.some(({ code, verdict }) => verdict === 'invalid' && contractReasons.has(code));
  return safetyViolation === null && !breaksContract && !stop.aborted && !kill.aborted;
}

function describeKilled(cell: Cell, killed: readonly number[]): string {
  const names = nameNodes(killed);
  return `At ${wordCell(cell)}, ${names} had not ended when told to, within the 2 s of the contract, and had to be killed.`;
}

/** What no further repetition can mend: the environment, or objects that cannot be removed. */
function fatalErrorOf({ error, removalError }: RepetitionOutcome): TestbedError | null {
  if (error !== null && catalogue[error.code].exit === 'environment') return error;
  return removalError !== null && isHarmlessLeftover(removalError) ? null : removalError;
}

/** The slower of the two looks at how fast this host is while nothing of ours runs. */
function slowest(before: number | null, after: number | null): number | null {
  const ratios = [before, after].filter((ratio) => ratio !== null);
  return ratios.length === 0 ? null : Math.max(...ratios);
}

function cellOf(plan: Plan, planned: PlannedRepetition): Cell {
  const cell = plan.cells.find(({ id }) => id === planned.cellId);
  if (cell === undefined) throw new Error(`Broken invariant: plan without cell ${planned.cellId}`);
  return cell;
}

/** Series are in the store; kept here they would grow with the length of the run. */
function withoutSeries(record: RepetitionRecord): RepetitionRecord {
  return { ...record, samples: [], hostSamples: [] };
}

function statusOf(error: TestbedError | null): RunStatus {
  if (error === null) return 'completed';
  return error.code === 'INTERRUPTED' ? 'interrupted' : 'failed';
}

/** Somebody stopped it: a repetition had no turn, or its turn was cut. */
function isCutShort({ order }: Plan, done: readonly RepetitionRecord[]): boolean {
  return countDone(done) < order.length || done.some(wasCut);
}

/** Repetitions whose last attempt was not cut, however many each took. */
function countDone(done: readonly RepetitionRecord[]): number {
  const last = new Map(done.map((record) => [record.id, record]));
  return [...last.values()].filter((record) => !wasCut(record)).length;
}

function interrupted(
  { plan, runId }: PlanRequest,
  done: readonly RepetitionRecord[],
): TestbedError {
  return new TestbedError(
    'INTERRUPTED',
    `Run ${runId} was stopped after ${countDone(done)} of ${plan.order.length} repetitions; ${done.some(wasCut) ? 'all is stored, the one that was cut as well' : 'they are stored'}.`,
    { hint: `See them with: testbed report ${runId}` },
  );
}

interface RunState {
  readonly startedAt: Date;
  readonly status: RunStatus;
  readonly failure: RunFailure | null;
  readonly warnings: readonly string[];
  readonly claims: readonly NodeClaim[];
}

async function saveRun(
  request: PlanRequest,
  deps: PlanDependencies,
  state: RunState,
): Promise<RunRecord> {
  const run = runRecord(request, deps, state);
  await deps.store.saveRun(run);
  return run;
}

function runRecord(
  { runId, plan, hosts, provenance }: PlanRequest,
  { clock }: PlanDependencies,
  { startedAt, status, failure, warnings, claims }: RunState,
): RunRecord {
  return {
    id: runId,
    name: plan.scenario.name,
    status,
    runtime: plan.runtime,
    startedAt,
    endedAt: status === 'running' ? null : clock.now(),
    plan,
    provenance: { ...provenance, claims: { ...provenance.claims, nodes: claims } },
    hosts,
    warnings,
    failure,
  };
}
