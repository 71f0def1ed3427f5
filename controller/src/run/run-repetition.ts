import { TestbedError } from '../errors/testbed-error.ts';
import { createRepetitionId } from '../model/ids.ts';
import type { Cell } from '../model/plan.ts';
import type { PhaseRecord, RunFailure } from '../model/record.ts';
import type { RunningNetwork } from '../runtime/runtime.ts';
import { endNetwork } from './end-network.ts';
import { measureNetwork } from './measure-network.ts';
import { cut, type Ended, type Failure, inTurn, whole } from './phase.ts';
import { createPhaseLog } from './phase-log.ts';
import {
  type Findings,
  interruption,
  type NetworkEnd,
  noFindings,
  type RepetitionOutcome,
} from './repetition-outcome.ts';
import {
  nodesToStart,
  type RepetitionDependencies,
  type RepetitionRequest,
  type Turn,
} from './repetition-request.ts';

/**
 * One repetition: a fresh network from the first container to the last removal. Returns what was
 * observed, also after a failure: judging and recording are the caller's.
 */
export async function runRepetition(
  request: RepetitionRequest,
  deps: RepetitionDependencies,
): Promise<RepetitionOutcome> {
  const { clock, onProgress, stop, kill } = deps;
  const startedAt = clock.now();
  const log = createPhaseLog(clock, (phase) =>
    onProgress({ kind: 'phase-started', phase, expectedMs: expectedMs(phase, request.cell) }),
  );
  const turn: Turn = { request, deps, log };
  const { found, failure, end } = await startMeasureEnd(turn);
  log.leave();
  const isAsked = stop.aborted || kill.aborted;
  if (failure !== null && !isAsked && !(failure.error instanceof TestbedError)) throw failure.error;
  const interrupted = failure === null ? found.interrupted : isAsked;
  const observed = { ...found, ...end, interrupted, phases: log.phases, events: log.events };
  const told = failureOf(observed);
  if (told !== null) log.note('failed', told.message);
  return { ...observed, startedAt, endedAt: clock.now(), failure: told };
}

interface Over extends Ended<Findings> {
  readonly end: NetworkEnd;
}

async function startMeasureEnd(turn: Turn): Promise<Over> {
  const { log, request } = turn;
  log.enter('start');
  const { found: begun, failure: notStarted } = await startNodes(turn);
  const { network, notices } = begun;
  if (network === null) {
    log.enter('stop');
    const exits = request.cell.nodes.map(() => null);
    const end = { exits, killed: [], error: toldOf(notStarted), removalError: null };
    return { found: { ...noFindings, notices }, failure: notStarted, end };
  }
  const names = network.nodes.map(({ name }) => name);
  const before = { ...noFindings, notices, names, runtimeWarnings: network.warnings };
  // Whatever happens in between, what was started is removed.
  const measure = inTurn<Findings>((findings) => measureNetwork(network, turn, findings));
  const { found, failure } = await measure(before);
  log.enter('stop');
  const end = await endNetwork(network, turn, found, toldOf(failure));
  return { found, failure, end };
}

function toldOf(failure: Failure | null): TestbedError | null {
  return failure?.error instanceof TestbedError ? failure.error : null;
}

interface Begun {
  /** Null if it could not be started; then nothing is left of it. */
  readonly network: RunningNetwork | null;
  readonly notices: readonly string[];
}

async function startNodes({ request, deps, log }: Turn): Promise<Ended<Begun>> {
  const { runtime, ledger, stop, kill, onProgress } = deps;
  const { runId, cell, planned, image } = request;
  const notices: string[] = [];
  try {
    const network = await runtime.start(
      {
        runId,
        repetitionId: createRepetitionId(runId, cell.id, planned.repetition),
        networkName: networkName(request),
        seed: planned.seed,
        image,
        ...nodesToStart(request),
        shaped: cell.settings.shaper === 'netem',
      },
      {
        signal: AbortSignal.any([stop, kill]),
        ledger,
        onStartedAgain: (text) => {
          log.note('started-again', text);
          notices.push(text);
        },
        onNodeStarted: (started, total) => onProgress({ kind: 'nodes-started', started, total }),
      },
    );
    return whole({ network, notices });
  } catch (error) {
    return cut({ network: null, notices }, error);
  }
}

/** Unique on the host while the network lives: run, cell, repetition, attempt. */
function networkName({ runId, cell, planned, attempt }: RepetitionRequest): string {
  return `${runId}-${cell.id}-r${planned.repetition}${attempt === 0 ? '' : `-a${attempt}`}`;
}

function expectedMs(phase: PhaseRecord['phase'], { settings }: Cell): number | null {
  if (phase === 'warmup') return settings.phases.warmupMs;
  if (phase === 'measure') return settings.phases.measureMs;
  return null;
}

function failureOf(
  outcome: Pick<RepetitionOutcome, 'interrupted' | 'error' | 'window' | 'phases'>,
): RunFailure | null {
  const { error, interrupted } = outcome;
  if (interrupted) return interruption(outcome);
  return error === null ? null : { code: error.code, message: error.message };
}
