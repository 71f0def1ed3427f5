import type { Identity } from '../../../node-image/src/contract/index.ts';
import { type NodeClient, problemCodeOf } from '../control/node-client.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { waitUntil } from '../lib/wait-until.ts';
import type { Deployment } from '../model/deployment.ts';
import { canWait, configurationOf } from './configure-node.ts';
import {
  awaitIdentity,
  CALL_TIMEOUT_MS,
  type DeployOptions,
  type DeployRequest,
  isFinal,
  waitFor,
} from './deploy-network.ts';
import { notReady } from './describe-unready.ts';

export interface RejoinOptions extends Pick<DeployOptions, 'signal' | 'clock'> {
  /** What the node found when it was started again; `kept` if not given. */
  readonly state?: 'kept' | 'empty';
}

/**
 * Lets a node that began anew take part again, and returns when it does. It gets the same
 * configuration as at first, so that it is the same member of the same chain; one that has its
 * state goes on from there, and one that lost it begins at the first block. Links to others need
 * not be up. Safe to be called twice, also at once.
 * @throws TestbedError NODES_NOT_READY when `request.readyMsMax` passes or the node gives up,
 *   NODE_CONTRACT when it came back as somebody else
 */
export async function rejoinNode(
  nodeIndex: number,
  deployment: Deployment,
  request: DeployRequest,
  { clock, signal, state = 'kept' }: RejoinOptions,
): Promise<void> {
  const client = request.clients[nodeIndex];
  if (client === undefined) throw new RangeError(`There is no node ${nodeIndex}`);
  const wait = waitFor({ clock, signal, remainingMs: () => request.readyMsMax });
  const identity = await awaitIdentity(client, request, { ...wait, onLate: undefined });
  assertSame(identity, deployment.identities[nodeIndex]);
  const configuration = {
    ...configurationOf(nodeIndex, deployment.identities, request),
    isUnderWay: true,
  };
  // One that cannot wait and has its state goes on by itself.
  const isToBeTold = canWait(identity) || state === 'empty';
  const call = { signal, timeoutMs: CALL_TIMEOUT_MS };
  // A new process is honest until it is told, and is told before it takes part.
  const order = request.behaviourOf?.(nodeIndex);
  if (order !== undefined && order.behaviours.length > 0) await client.setBehaviour(order, call);
  const look = async (): Promise<true | undefined> => {
    const readiness = await client.readiness(call);
    if (readiness.state === 'running') return true;
    if (readiness.state === 'failed') throw gaveUp(client, readiness.failure);
    if (readiness.state === 'waiting' && isToBeTold) {
      await unlessPassed(client.configure(configuration, call));
    }
    // One that does not know `isUnderWay`.
    if (readiness.state === 'ready') await unlessPassed(client.start(call));
    return undefined;
  };
  const { value, waitedMs, lastError } = await waitUntil(look, wait, isFinal);
  if (value === undefined) {
    throw notReady({ client, waitedMs, lastError }, 'did not take part again after its restart');
  }
}

/** It went on by itself, or somebody else told it: both in this moment. */
async function unlessPassed(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (problemCodeOf(error) !== 'WRONG_STATE') throw error;
  }
}

function assertSame(identity: Identity, before: Identity | undefined): void {
  if (before === undefined || identity.publicKeyHex === before.publicKeyHex) return;
  throw new TestbedError(
    'NODE_CONTRACT',
    `Node ${identity.nodeIndex} came back with another key than it had: to the others it is a stranger.`,
    {
      hint: 'A node whose state is emptied keeps its key in TESTBED_STATE_DIR/identity.key: docs/node-contract.md.',
    },
  );
}

function gaveUp({ nodeIndex }: NodeClient, failure: string | null): TestbedError {
  return new TestbedError(
    'NODES_NOT_READY',
    `Node ${nodeIndex} gave up after its restart: ${failure ?? 'no reason given'}.`,
    { hint: 'The end of its log is kept with the run.' },
  );
}
