import {
  type BehaviourOrder,
  CONTRACT_VERSION,
  type Identity,
  type Readiness,
} from '../../../node-image/src/contract/index.ts';
import type { NodeClient } from '../control/node-client.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/message-of.ts';
import { mapPool } from '../lib/pool.ts';
import { type WaitOptions, waitUntil } from '../lib/wait-until.ts';
import type { Deployment, Member } from '../model/deployment.ts';
import type { RunId } from '../model/ids.ts';
import { assertCanRelay, configurationOf, linksOf, type NetworkTerms } from './configure-node.ts';
import { askConsensusKeys } from './consensus-keys.ts';
import { describeUnready, notReady, type Unready } from './describe-unready.ts';

/**
 * Turns started node processes into a network that takes part in consensus, in three steps: who is
 * there, who talks to whom, go; and back. Between the steps the sequencer shapes and measures the
 * network.
 * No node is told to start before all of them are ready, so there is no start race.
 */

export interface DeployRequest extends NetworkTerms {
  readonly runId: RunId;
  /** For a node that joins again; the first time the whole network has `remainingMs`. */
  readonly readyMsMax: number;
  readonly clients: readonly NodeClient[];
  /** What a node that begins anew is to be told of how it breaks the rules; absent: nothing. */
  readonly behaviourOf?: (nodeIndex: number) => BehaviourOrder;
}

export interface DeployOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long is left until every node should be ready. */
  readonly remainingMs: () => number;
  readonly onReady?: (ready: number, total: number) => void;
  /** Told of a node whose first answer took longer than any other may. */
  readonly onLate?: (nodeIndex: number, text: string) => void;
}

const CALLS_AT_ONCE = 16;
export const CALL_TIMEOUT_MS = 10_000;
/** The signal of whoever asks ends it sooner, unless there are hundreds of nodes. */
const LEAVE_TIMEOUT_MS = 120_000;

/**
 * Waits until every node answers, and asks who it is and what it signs with. Nobody has sent anything yet: from here to
 * `joinNodes` the links can be shaped.
 * @throws TestbedError NODES_NOT_READY when the deadline passes, NODE_CONTRACT when a node is not
 *   what it should be
 */
export async function identifyNodes(
  request: DeployRequest,
  options: DeployOptions,
): Promise<readonly Member[]> {
  const identities = await Promise.all(
    request.clients.map((client) =>
      awaitIdentity(client, request, { ...waitFor(options), onLate: options.onLate }),
    ),
  );
  checkDistinct(identities, 'peerId');
  checkDistinct(identities, 'dataAddress');
  const call = { signal: options.signal, timeoutMs: CALL_TIMEOUT_MS };
  return await askConsensusKeys(request.clients, identities, request.signature, call);
}

/** Two nodes with one name or address would be one to all others. */
function checkDistinct(identities: readonly Identity[], field: 'peerId' | 'dataAddress'): void {
  const owners = new Map<string, number>();
  for (const { nodeIndex, [field]: value } of identities) {
    const other = owners.get(value);
    owners.set(value, nodeIndex);
    if (other === undefined) continue;
    throw new TestbedError(
      'NODE_CONTRACT',
      `Nodes ${other} and ${nodeIndex} both answered GET /v1/identity with /${field} ${JSON.stringify(value)}; each node needs its own.`,
      { hint: 'Compare the node with docs/node-contract.md.' },
    );
  }
}

/**
 * Hands out committee and links, and waits until every link is up.
 * @throws TestbedError NODES_NOT_READY when the deadline passes, naming the nodes and what they
 *   miss; LINKS_BLOCKED when all nodes answer and not one of their links is up
 */
export async function joinNodes(
  request: DeployRequest,
  identities: readonly Member[],
  options: DeployOptions,
): Promise<Deployment> {
  const { clients } = request;
  assertCanRelay(identities, request);
  const call = { signal: options.signal, timeoutMs: CALL_TIMEOUT_MS };
  await mapPool(clients, CALLS_AT_ONCE, (client) =>
    client.configure(configurationOf(client.nodeIndex, identities, request), call),
  );
  let readyCount = 0;
  const unready = await Promise.all(
    clients.map(async (client) => {
      const given = linksOf(client.nodeIndex, clients.length, request.edges).links.length;
      const missing = await awaitReady(client, given, waitFor(options));
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

/** For whoever polls a node, in small steps to the deadline. */
export function waitFor({ clock, signal, remainingMs }: DeployOptions): WaitOptions {
  return { clock, signal, deadlineMs: Math.max(0, remainingMs()), pauseMs: 25, pauseMsMax: 250 };
}

interface IdentityWait extends WaitOptions {
  readonly onLate: DeployOptions['onLate'] | undefined;
}

/** Polls until the control port answers; checks that it is the node we started. */
export async function awaitIdentity(
  client: NodeClient,
  request: DeployRequest,
  wait: IdentityWait,
): Promise<Identity> {
  const { value, waitedMs, lastError } = await waitUntil(
    () => askIdentity(client, wait),
    wait,
    isFinal,
  );
  if (value === undefined) {
    const what = wasTaken(lastError)
      ? 'opened its control port, but did not answer GET /v1/identity'
      : 'did not open its control port';
    throw notReady({ client, waitedMs, lastError }, what);
  }
  if (value.contractVersion !== CONTRACT_VERSION) {
    throw new TestbedError(
      'NODE_CONTRACT',
      `Node ${client.nodeIndex} speaks contract version ${value.contractVersion}; this testbed speaks ${CONTRACT_VERSION}.`,
      {
        hint: 'An image made for another testbed? Ours is rebuilt with ./scripts/setup/build-image; others follow docs/node-contract.md.',
      },
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

/** Waits to the deadline: until a node knows who it is it keeps the request (see the contract). */
async function askIdentity(
  client: NodeClient,
  { clock, signal, deadlineMs, onLate }: IdentityWait,
): Promise<Identity> {
  const startedMs = clock.monotonicMs();
  const timeoutMs = Math.max(CALL_TIMEOUT_MS, Math.ceil(deadlineMs));
  const identity = await client.identity({ signal, timeoutMs });
  const tookMs = clock.monotonicMs() - startedMs;
  if (tookMs > CALL_TIMEOUT_MS) {
    const limit = `any other request has to be answered within ${CALL_TIMEOUT_MS / 1000} s`;
    const text = `Answered GET /v1/identity after ${(tookMs / 1000).toFixed(1)} s; ${limit}.`;
    onLate?.(client.nodeIndex, text);
  }
  return identity;
}

/** Whether the node took the connection, and then said nothing. */
function wasTaken(error: unknown): boolean {
  return error instanceof TestbedError && error.details.wasTaken === true;
}

/** @returns null once it is ready, else how it was when the deadline passed */
async function awaitReady(
  client: NodeClient,
  linksGiven: number,
  wait: WaitOptions,
): Promise<Unready | null> {
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
  if (value === undefined) return { client, last, waitedMs, lastError };
  if (value.linksPlanned === linksGiven) return null;
  throw new TestbedError(
    'NODE_CONTRACT',
    `Node ${client.nodeIndex} is ready by GET /v1/ready with /linksPlanned ${value.linksPlanned}; it was given ${linksGiven} links.`,
    { hint: 'Compare the node with docs/node-contract.md.' },
  );
}

/** Only a node that is not there yet is worth another look; anything else is told at once. */
export function isFinal(error: unknown): boolean {
  return !(error instanceof TestbedError && error.code === 'NODE_UNREACHABLE');
}
