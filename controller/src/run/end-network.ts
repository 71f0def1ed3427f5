import { leaveNetwork } from '../deploy/deploy-network.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { messageOf } from '../lib/message-of.ts';
import type { RunId } from '../model/ids.ts';
import type { RunningNetwork } from '../runtime/runtime.ts';
import { keepEveryLog, keepEvidence } from './keep-evidence.ts';
import type { Findings, NetworkEnd } from './repetition-outcome.ts';
import type { Turn } from './repetition-request.ts';

const NODE_STOP_GRACE_MS = 2_000;

/**
 * Keeps the evidence, then removes the network; a failure to remove is kept, not thrown.
 * @param failed what the repetition failed with, as far as it is known
 */
export async function endNetwork(
  network: RunningNetwork,
  turn: Turn,
  found: Findings,
  failed: TestbedError | null,
): Promise<NetworkEnd> {
  const { request, deps, log } = turn;
  const { kill } = deps;
  const noEvidence = { exits: network.nodes.map(() => null), error: failed };
  const evidence = kill.aborted
    ? noEvidence
    : await keepEvidence(network, turn, found.away, failed);
  if (!kill.aborted && request.keepLogs === true) await keepEveryLog(network, turn);
  try {
    const isGentle = !kill.aborted && evidence.error === null;
    const killed = isGentle ? await stopGently(network, turn, found) : await stopAtOnce(network);
    return { ...evidence, killed, removalError: null };
  } catch (error) {
    // Whatever it is, it must not cost what was measured: the ledger still holds the objects.
    const removalError = error instanceof TestbedError ? error : notRemoved(request.runId, error);
    log.note('not-removed', removalError.message);
    return { ...evidence, killed: [], removalError };
  }
}

async function stopAtOnce(network: RunningNetwork): Promise<readonly number[]> {
  await network.stop({ graceMs: 0 });
  return [];
}

/**
 * Nodes that can are first asked to leave the network: that makes its removal faster.
 * @returns those that had to be killed, ascending
 */
async function stopGently(
  network: RunningNetwork,
  { deps: { kill }, log }: Turn,
  { deployment }: Findings,
): Promise<readonly number[]> {
  const closeLinks = async (options: { readonly signal: AbortSignal }): Promise<boolean> => {
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
  return killed.sort((a, b) => a - b);
}

function notRemoved(runId: RunId, cause: unknown): TestbedError {
  return new TestbedError('DOCKER_FAILED', `Not everything was removed: ${messageOf(cause)}.`, {
    hint: `Remove the rest with: testbed clean --run ${runId}`,
    cause,
  });
}
