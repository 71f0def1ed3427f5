import { join } from 'node:path';
import { leaveNetwork } from '../deploy/deploy-network.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { messageOf } from '../lib/message-of.ts';
import { createRepetitionId, type RunId } from '../model/ids.ts';
import type { Cell } from '../model/plan.ts';
import type { PhaseRecord, RunFailure } from '../model/record.ts';
import type { RunningNetwork } from '../runtime/runtime.ts';
import { keepAllLogs } from './keep-logs.ts';
import { measureNetwork } from './measure-network.ts';
import { createPhaseLog, type PhaseLog } from './phase-log.ts';
import {
  emptyOutcome,
  interruption,
  type OutcomeDraft,
  type RepetitionOutcome,
} from './repetition-outcome.ts';
import {
  limitsOf,
  nodesToStart,
  type RepetitionDependencies,
  type RepetitionRequest,
} from './repetition-request.ts';
import { keepNodeLog } from './run-folder.ts';
import { firstDeath } from './watch-nodes.ts';

/**
 * One repetition: a fresh network from the first container to the last removal. Returns what was
 * observed, also after a failure: judging and recording are the caller's.
 */

const NODE_STOP_GRACE_MS = 2_000;
const LOG_LINES_KEPT = 500;
const LOG_KEEPING_MS_MAX = 20_000;

export async function runRepetition(
  request: RepetitionRequest,
  deps: RepetitionDependencies,
): Promise<RepetitionOutcome> {
  const { clock, kill, stop } = deps;
  const log = createPhaseLog(clock, (phase) =>
    deps.onProgress({ kind: 'phase-started', phase, expectedMs: expectedMs(phase, request.cell) }),
  );
  const draft: OutcomeDraft = emptyOutcome(clock.now(), log, request.cell.nodeCount);
  let network: RunningNetwork | null = null;
  try {
    log.enter('start');
    network = await startNodes(request, deps, (text) => {
      log.note('started-again', text);
      draft.notices = [...draft.notices, text];
    });
    draft.names = network.nodes.map((node) => node.name);
    draft.runtimeWarnings = network.warnings;
    await measureNetwork(network, request, deps, log, draft);
  } catch (error) {
    if (!(error instanceof TestbedError) && !stop.aborted && !kill.aborted) throw error;
    draft.error = error instanceof TestbedError ? error : null;
    draft.interrupted = stop.aborted || kill.aborted;
  } finally {
    log.enter('stop');
    if (network !== null) await endNetwork(network, request, deps, draft, log);
    log.leave();
  }
  draft.failure = failureOf(draft);
  if (draft.failure !== null) log.note('failed', draft.failure.message);
  draft.endedAt = clock.now();
  return draft;
}

/** Keeps the evidence, then removes the network; a failure to remove is kept, not thrown. */
async function endNetwork(
  network: RunningNetwork,
  request: RepetitionRequest,
  deps: RepetitionDependencies,
  draft: OutcomeDraft,
  log: PhaseLog,
): Promise<void> {
  const { kill } = deps;
  if (!kill.aborted) await keepEvidence(network, request, deps, draft, log);
  if (!kill.aborted && request.keepLogs === true) await keepEveryLog(network, request, log);
  const gentle = !kill.aborted && draft.error === null;
  try {
    if (gentle) await stopGently(network, draft, deps, log);
    else await network.stop({ graceMs: 0 });
  } catch (error) {
    // Whatever it is, it must not cost what was measured: the ledger still holds the objects.
    draft.removalError = error instanceof TestbedError ? error : notRemoved(request.runId, error);
    log.note('not-removed', draft.removalError.message);
  }
}

/** Nodes that can are first asked to leave the network: that makes its removal faster. */
async function stopGently(
  network: RunningNetwork,
  draft: OutcomeDraft,
  { kill }: RepetitionDependencies,
  log: PhaseLog,
): Promise<void> {
  const closeLinks = async (options: { readonly signal: AbortSignal }): Promise<boolean> => {
    const { deployment } = draft;
    if (deployment === null) return false;
    try {
      return await leaveNetwork(network.clients, deployment.identities, options);
    } catch (error) {
      if (!kill.aborted) log.note('not-left', `Removed one by one: ${messageOf(error)}.`);
      return false;
    }
  };
  const killed: number[] = [];
  const onKilled = (nodeIndex: number): void => {
    killed.push(nodeIndex);
    const text = `Had not ended ${NODE_STOP_GRACE_MS / 1000} s after it was told to, and was killed.`;
    log.note('killed', text, nodeIndex);
  };
  await network.stop({ graceMs: NODE_STOP_GRACE_MS, hurry: kill, closeLinks, onKilled });
  draft.killed = killed.sort((a, b) => a - b);
}

function startNodes(
  request: RepetitionRequest,
  { runtime, ledger, stop, kill, onProgress }: RepetitionDependencies,
  onStartedAgain: (text: string) => void,
): Promise<RunningNetwork> {
  const { runId, cell, planned, attempt, image } = request;
  return runtime.start(
    {
      runId,
      repetitionId: createRepetitionId(runId, cell.id, planned.repetition),
      networkName: networkName(request),
      image,
      ...nodesToStart(request),
      shaped: cell.settings.shaper === 'netem',
    },
    {
      signal: AbortSignal.any([stop, kill]),
      ledger,
      onStartedAgain,
      onNodeStarted: (started, total) => onProgress({ kind: 'nodes-started', started, total }),
    },
  );

  /** Unique on the host while the network lives: run, cell, repetition, attempt. */
  function networkName({ runId: run }: RepetitionRequest): string {
    return `${run}-${cell.id}-r${planned.repetition}${attempt === 0 ? '' : `-a${attempt}`}`;
  }
}

/** Exits and the logs of nodes that failed; nothing here may hide the failure it documents. */
async function keepEvidence(
  network: RunningNetwork,
  request: RepetitionRequest,
  { clock, kill }: RepetitionDependencies,
  draft: OutcomeDraft,
  log: PhaseLog,
): Promise<void> {
  const exits = await network.exits({ signal: AbortSignal.timeout(5_000) }).catch(() => null);
  // Ended as planned is not ended by itself.
  if (exits !== null) {
    draft.exits = exits.map((exit, index) => (draft.away.includes(index) ? null : exit));
  }
  // A call that failed because its node was gone is better told as the death of that node.
  if (draft.error !== null)
    draft.error = firstDeath(network, draft.exits, limitsOf(request)) ?? draft.error;
  if (draft.error === null) return;
  const dead = network.nodes.filter(({ nodeIndex }) => (draft.exits[nodeIndex] ?? null) !== null);
  const { cell, planned, attempt } = request;
  const startedMs = clock.monotonicMs();
  const kept: string[] = [];
  for (const node of dead.length > 0 ? dead : network.nodes) {
    if (kill.aborted || clock.monotonicMs() - startedMs > LOG_KEEPING_MS_MAX) break;
    const fileName = `${cell.id}-r${planned.repetition}-a${attempt}-${node.name}.log`;
    try {
      const text = await network.logs(node.nodeIndex, LOG_LINES_KEPT);
      await keepNodeLog(request.folder, fileName, text);
      kept.push(fileName);
    } catch (error) {
      log.note('log-not-kept', `${fileName}: ${messageOf(error)}`, node.nodeIndex);
    }
  }
  const pattern = `${cell.id}-r${planned.repetition}-a${attempt}-*.log`;
  if (kept.length > 0) {
    const path = join(request.folder.logsPath, kept.length === 1 ? (kept[0] ?? '') : pattern);
    log.note('logs-kept', path);
    draft.error = withPlace(draft.error, path);
  }
}

/** The same error, saying where the last words of the nodes are. */
function withPlace(error: TestbedError, path: string): TestbedError {
  const { code, hint, cause, details } = error;
  return new TestbedError(code, `${error.message} Last words: ${path}`, {
    ...(hint === undefined ? {} : { hint }),
    cause,
    details: { ...details, logs: path },
  });
}

/** Besides the evidence of a failure, which has fewer lines of fewer nodes. */
async function keepEveryLog(
  network: RunningNetwork,
  { cell, planned, attempt, folder }: RepetitionRequest,
  log: PhaseLog,
): Promise<void> {
  const prefix = `${cell.id}-r${planned.repetition}-a${attempt}`;
  const failed = await keepAllLogs(network, folder, prefix);
  for (const { node, why } of failed) {
    log.note('log-not-kept', `${prefix}-${node.name}.log: ${why}`, node.nodeIndex);
  }
  log.note('logs-kept', join(folder.logsPath, `${prefix}-*`));
}

function expectedMs(phase: PhaseRecord['phase'], { settings }: Cell): number | null {
  if (phase === 'warmup') return settings.phases.warmupMs;
  if (phase === 'measure') return settings.phases.measureMs;
  return null;
}

function failureOf(draft: OutcomeDraft): RunFailure | null {
  const { error, interrupted } = draft;
  if (interrupted) return interruption(draft);
  return error === null ? null : { code: error.code, message: error.message };
}

function notRemoved(runId: RunId, cause: unknown): TestbedError {
  return new TestbedError('DOCKER_FAILED', `Not everything was removed: ${messageOf(cause)}.`, {
    hint: `Remove the rest with: testbed clean --run ${runId}`,
    cause,
  });
}
