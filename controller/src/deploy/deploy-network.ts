import {
  CONTRACT_VERSION,
  type Configure,
  type Identity,
  type Readiness,
} from '../../../node-image/src/contract/index.ts';
import type { NodeClient } from '../control/node-client.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/message-of.ts';
import { mapPool } from '../lib/pool.ts';
import { type WaitOptions, waitUntil } from '../lib/wait-until.ts';
import type { Deployment } from '../model/deployment.ts';
import type { RunId } from '../model/ids.ts';
import type { Scenario } from '../model/scenario.ts';
import { describeUnready, notReady, type Unready } from './describe-unready.ts';

/**
 * Turns started node processes into a network that takes part in consensus, in three steps: who is
 * there, who talks to whom, go; and back. Between the steps the sequencer shapes and measures the
 * network.
 * No node is told to start before all of them are ready, so there is no start race.
 */

export interface DeployRequest {
  readonly runId: RunId;
  /** Bound into every signature, so unique per repetition. */
  readonly chainId: string;
  readonly engine: Scenario['engine'];
  /** For a node that joins again; the first time the whole network has `remainingMs`. */
  readonly readyMsMax: number;
  readonly clients: readonly NodeClient[];
  /** What a node does that starts again: see the contract. */
  readonly resume: Configure['resume'];
}

export interface DeployOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long is left until every node should be ready. */
  readonly remainingMs: () => number;
  readonly onReady?: (ready: number, total: number) => void;
}

const CALLS_AT_ONCE = 16;
const CALL_TIMEOUT_MS = 10_000;
/** The signal of whoever asks ends it sooner, unless there are hundreds of nodes. */
const LEAVE_TIMEOUT_MS = 120_000;

/**
 * Waits until every node answers, and asks who it is. Nobody has sent anything yet: from here to
 * `joinNodes` the links can be shaped.
 * @throws TestbedError NODES_NOT_READY when the deadline passes, NODE_CONTRACT when a node is not
 *   what it should be
 */
export function identifyNodes(
  request: DeployRequest,
  options: DeployOptions,
): Promise<readonly Identity[]> {
  return Promise.all(
    request.clients.map((client) => awaitIdentity(client, request, waitFor(options))),
  );
}

/**
 * Hands out committee and links, and waits until every link is up.
 * @throws TestbedError NODES_NOT_READY when the deadline passes, naming the nodes and what they
 *   miss; LINKS_BLOCKED when all nodes answer and not one of their links is up
 */
export async function joinNodes(
  request: DeployRequest,
  identities: readonly Identity[],
  options: DeployOptions,
): Promise<Deployment> {
  const { clients } = request;
  const call = { signal: options.signal, timeoutMs: CALL_TIMEOUT_MS };
  await mapPool(clients, CALLS_AT_ONCE, (client) =>
    client.configure(configurationOf(client.nodeIndex, identities, request), call),
  );
  let readyCount = 0;
  const unready = await Promise.all(
    clients.map(async (client) => {
      const missing = await awaitReady(client, waitFor(options));
      if (missing === null) options.onReady?.(++readyCount, clients.length);
      return missing ?? [];
    }),
  );
  const late = unready.flat();
  if (late.length > 0) throw describeUnready(late, clients.length);
  return { identities, readyAt: options.clock.now() };
}

/** Starts consensus on all nodes; all of them are ready. */
export async function startConsensus(
  { clients }: Pick<DeployRequest, 'clients'>,
  { signal }: Pick<DeployOptions, 'signal'>,
): Promise<void> {
  const call = { signal, timeoutMs: CALL_TIMEOUT_MS };
  await mapPool(clients, CALLS_AT_ONCE, (client) => client.start(call));
}

/**
 * Tells a node that began anew where it belongs: it goes on from what it had stored. The same
 * configuration as at first, so that it is the same member of the same chain.
 */
export async function rejoinNode(
  nodeIndex: number,
  deployment: Deployment,
  request: DeployRequest,
  options: Pick<DeployOptions, 'signal' | 'clock'>,
): Promise<void> {
  const client = request.clients[nodeIndex];
  if (client === undefined) throw new RangeError(`There is no node ${nodeIndex}`);
  const remainingMs = (): number => request.readyMsMax;
  const identity = await awaitIdentity(client, request, waitFor({ ...options, remainingMs }));
  if (!canWait(identity)) return; // It went on by itself.
  const configuration = configurationOf(nodeIndex, deployment.identities, request);
  const call = { signal: options.signal, timeoutMs: CALL_TIMEOUT_MS };
  await client.configure(configuration, call);
}

/**
 * Asks all nodes to close their links and to stay, all at once: none is to look for the others.
 * @returns false, and nobody is asked, if one of them cannot (capability `leave` of the contract)
 * @throws Error of the first of those that did not, when all have answered or the signal fired
 */
export async function leaveNetwork(
  clients: readonly NodeClient[],
  identities: readonly Identity[],
  { signal }: Pick<DeployOptions, 'signal'>,
): Promise<boolean> {
  if (!identities.every(({ capabilities }) => capabilities.includes('leave'))) return false;
  const leaving = clients.map((client) => client.leave({ signal, timeoutMs: LEAVE_TIMEOUT_MS }));
  for (const [index, outcome] of (await Promise.allSettled(leaving)).entries()) {
    if (outcome.status === 'fulfilled') continue;
    throw new Error(`node ${index} did not leave: ${messageOf(outcome.reason)}`);
  }
  return true;
}

function waitFor({ clock, signal, remainingMs }: DeployOptions): WaitOptions {
  return { clock, signal, deadlineMs: Math.max(0, remainingMs()), pauseMs: 25, pauseMsMax: 250 };
}

/** Polls until the control port answers; checks that it is the node we started. */
async function awaitIdentity(
  client: NodeClient,
  request: DeployRequest,
  wait: WaitOptions,
): Promise<Identity> {
  const { value, waitedMs, lastError } = await waitUntil(
    () => client.identity({ signal: wait.signal, timeoutMs: CALL_TIMEOUT_MS }),
    wait,
    isContractError,
  );
  if (value === undefined) {
    throw notReady(client, waitedMs, 'did not open its control port', lastError);
  }
  if (value.contractVersion !== CONTRACT_VERSION) {
    throw new TestbedError(
      'NODE_CONTRACT',
      `Node ${client.nodeIndex} speaks contract version ${value.contractVersion}; this testbed speaks ${CONTRACT_VERSION}.`,
      { hint: 'Rebuild the node image: ./scripts/setup/build-image.' },
    );
  }
  if (value.runId !== request.runId || value.nodeIndex !== client.nodeIndex) {
    throw new TestbedError(
      'NODE_CONTRACT',
      `Expected node ${client.nodeIndex} of run ${request.runId}, but node ${value.nodeIndex} of run ${value.runId} answered.`,
      { hint: 'Another network may use the same addresses: `testbed clean` removes leftovers.' },
    );
  }
  return value;
}

function configurationOf(
  nodeIndex: number,
  identities: readonly Identity[],
  request: DeployRequest,
): Configure {
  return {
    chainId: request.chainId,
    committee: identities.map((identity, index) => ({
      index,
      peerId: identity.peerId,
      publicKeyHex: identity.publicKeyHex,
      dataAddress: identity.dataAddress,
    })),
    links: identities.flatMap((_, index) => (index === nodeIndex ? [] : [index])),
    engine: request.engine,
    resume: canWait(identities[nodeIndex]) ? request.resume : 'at-once',
  };
}

/** Whether a node that starts again can wait for its configuration; the contract leaves it open. */
function canWait(identity: Identity | undefined): boolean {
  return identity?.capabilities.includes('resume') === true;
}

/** @returns null once it is ready, else how it was when the deadline passed */
async function awaitReady(client: NodeClient, wait: WaitOptions): Promise<Unready | null> {
  let last: Readiness | null = null;
  const { value, waitedMs, lastError } = await waitUntil(
    async () => {
      last = null;
      const readiness = await client.readiness({
        signal: wait.signal,
        timeoutMs: CALL_TIMEOUT_MS,
      });
      if (readiness.state === 'failed') {
        throw new TestbedError(
          'NODES_NOT_READY',
          `Node ${client.nodeIndex} gave up while connecting: ${readiness.failure ?? 'no reason given'}.`,
          { hint: 'The end of its log is kept with the run.' },
        );
      }
      last = readiness;
      return readiness.state === 'ready' ? readiness : undefined;
    },
    wait,
    (error) => error instanceof TestbedError && error.code !== 'NODE_UNREACHABLE',
  );
  return value === undefined ? { client, last, waitedMs, lastError } : null;
}

function isContractError(error: unknown): boolean {
  return error instanceof TestbedError && error.code === 'NODE_CONTRACT';
}
