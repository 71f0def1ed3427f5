import {
  CONTRACT_VERSION,
  type Configure,
  type Identity,
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
import type { Edge } from '../model/topology.ts';

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
  /** Who keeps a link to whom; absent: everybody to everybody. */
  readonly edges?: readonly Edge[] | undefined;
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
 *   miss
 */
export async function joinNodes(
  request: DeployRequest,
  identities: readonly Identity[],
  options: DeployOptions,
): Promise<Deployment> {
  const { clients } = request;
  assertCanRelay(identities, request);
  const call = { signal: options.signal, timeoutMs: CALL_TIMEOUT_MS };
  await mapPool(clients, CALLS_AT_ONCE, (client) =>
    client.configure(configurationOf(client.nodeIndex, identities, request), call),
  );
  let readyCount = 0;
  await Promise.all(
    clients.map(async (client) => {
      await awaitReady(client, waitFor(options));
      options.onReady?.(++readyCount, clients.length);
    }),
  );
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
    ...linksOf(nodeIndex, identities.length, request.edges),
    engine: request.engine,
    resume: canWait(identities[nodeIndex]) ? request.resume : 'at-once',
  };
}

function linksOf(
  node: number,
  nodeCount: number,
  edges: readonly Edge[] | undefined,
): Pick<Configure, 'links' | 'topology'> {
  if (edges === undefined) {
    const all = Array.from({ length: nodeCount }, (_, index) => index);
    return { links: all.filter((index) => index !== node) };
  }
  const links = edges.flatMap(([a, b]) => (a === node ? [b] : b === node ? [a] : []));
  return { links, topology: { edges: edges.map(([a, b]) => [a, b]) } };
}

/** A node that cannot relay would leave the others of a sparse graph without a way to each other. */
function assertCanRelay(identities: readonly Identity[], request: DeployRequest): void {
  if (request.edges === undefined) return;
  const without = identities.filter(({ capabilities }) => !capabilities.includes('overlay'));
  const [first] = without;
  if (first === undefined) return;
  const others = without.length === 1 ? '' : ` and ${without.length - 1} more`;
  throw new TestbedError(
    'NODE_CONTRACT',
    `Node ${first.nodeIndex}${others} cannot relay messages (capability \`overlay\` of the contract), so every node needs a link to every other one.`,
    { hint: 'Measure it with `topology: full`, or leave `topology` out.' },
  );
}

/** Whether a node that starts again can wait for its configuration; the contract leaves it open. */
function canWait(identity: Identity | undefined): boolean {
  return identity?.capabilities.includes('resume') === true;
}

async function awaitReady(client: NodeClient, wait: WaitOptions): Promise<void> {
  let lastSeen = 'nothing was heard from it';
  const { value, waitedMs, lastError } = await waitUntil(
    async () => {
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
      lastSeen = `${readiness.linksUp} of ${readiness.linksPlanned} links up, missing ${readiness.missing.slice(0, 8).join(', ')}`;
      return readiness.state === 'ready' ? readiness : undefined;
    },
    wait,
    (error) => error instanceof TestbedError && error.code !== 'NODE_UNREACHABLE',
  );
  if (value === undefined)
    throw notReady(client, waitedMs, `was not ready: ${lastSeen}`, lastError);
}

function isContractError(error: unknown): boolean {
  return error instanceof TestbedError && error.code === 'NODE_CONTRACT';
}

function notReady(
  client: NodeClient,
  waitedMs: number,
  what: string,
  lastError: unknown,
): TestbedError {
  const last = lastError instanceof Error ? ` Last error: ${lastError.message}` : '';
  return new TestbedError(
    'NODES_NOT_READY',
    `Node ${client.nodeIndex} ${what} after ${Math.round(waitedMs / 1000)} s.${last}`,
    {
      hint: 'Give it longer with `phases: {ready: 120s}`, or fewer nodes on this host; `testbed plan` shows what fits.',
      cause: lastError,
      details: { nodeIndex: client.nodeIndex, waitedMs },
    },
  );
}
