/** A started network of containers: how its nodes ended, what they said, and its end. */
import type { Clock } from '../../lib/clock.ts';
import type { NodeNamespaces, ObjectLedger, RunningNetwork, StartRequest } from '../runtime.ts';
import type { DisturbanceWatch } from './disturbances.ts';
import type { DockerClient } from './docker-client.ts';
import { createExits } from './node-exits.ts';
import { labels, plannedObjects } from './object-names.ts';
import { endContainers } from './removal-pace.ts';
import { removeObjects } from './remove-objects.ts';
import type { StartedNode } from './start-nodes.ts';

export interface RunningNetworkParts {
  readonly request: StartRequest;
  readonly nodes: readonly StartedNode[];
  readonly createdAt: Date;
  /** Processes that the kernel had killed for memory before the first node was created. */
  readonly oomKillsBefore: number | null;
  /** See readOomKills. */
  readonly readOomKills: () => Promise<number | null>;
  readonly warnings: readonly string[];
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly ledger: ObjectLedger;
  readonly namespaces: NodeNamespaces | null;
  readonly disturbances: DisturbanceWatch;
  /** Lets go of what holds the networks besides the nodes. */
  readonly release: (signal: AbortSignal) => Promise<void>;
}

const LOG_CALL_MS = 20_000;
const STOP_MS_BASE = 60_000;
const STOP_MS_PER_NODE = 1_000;
/** What the daemon takes to end a container whose process ends at once, on a busy host. */
const STOP_CALL_MS = 300;

export function createRunningNetwork(parts: RunningNetworkParts): RunningNetwork {
  const { request, nodes, createdAt, warnings, clock, client } = parts;
  const exits = createExits({ ...parts, networkName: request.networkName });
  let stopping: Promise<void> | undefined;
  const stop = (options: { readonly graceMs: number }): Promise<void> => {
    // A stop that failed may be tried again; one that is under way or has worked is the answer.
    stopping ??= stopNetwork(parts, options).catch((error: unknown) => {
      stopping = undefined;
      throw error;
    });
    return stopping;
  };
  return {
    nodes,
    dataAddresses: nodes.map(({ dataAddress }) => dataAddress),
    namespaces: parts.namespaces,
    createdAt,
    warnings,
    exits,
    onDisturbance: parts.disturbances.onDisturbance,
    logs: async (nodeIndex, lines) => {
      const node = nodes[nodeIndex];
      if (node === undefined) throw new RangeError(`${request.networkName} has no ${nodeIndex}`);
      return client.readLogs(node.containerId, lines, { signal: clock.timeoutSignal(LOG_CALL_MS) });
    },
    stop,
    [Symbol.asyncDispose]: () => stop({ graceMs: 0 }),
  };
}

/**
 * Removes everything that carries the label of this network, within a deadline of its own.
 * @throws TestbedError with what is left
 */
export async function removeNetworkOf(
  parts: Pick<RunningNetworkParts, 'request' | 'client' | 'clock' | 'ledger' | 'release'>,
): Promise<void> {
  const { request, client, clock, ledger, release } = parts;
  const deadlineMs = STOP_MS_BASE + STOP_MS_PER_NODE * request.nodeCount;
  await release(clock.timeoutSignal(deadlineMs));
  // Nobody may cancel it: the deadline alone ends it, and then as an error that says what is left.
  const { signal } = new AbortController();
  const mine = [`${labels.network}=${request.networkName}`, `${labels.run}=${request.runId}`];
  await removeObjects(client, clock, { labels: mine, deadlineMs, signal });
  await ledger.removed(plannedObjects(request));
}

async function stopNetwork(
  parts: RunningNetworkParts,
  { graceMs }: { readonly graceMs: number },
): Promise<void> {
  await parts.disturbances.close();
  if (graceMs > 0) await endGently(parts, graceMs);
  await removeNetworkOf(parts);
}

/**
 * Asks every node to end and waits until it has. All of it has one deadline; nodes that it does
 * not reach are killed by the removal that follows.
 */
async function endGently(
  { client, clock, nodes }: RunningNetworkParts,
  graceMs: number,
): Promise<void> {
  const signal = clock.timeoutSignal(graceMs + STOP_CALL_MS * nodes.length);
  const seconds = Math.ceil(graceMs / 1_000);
  const end = async ({ id }: { readonly id: string }): Promise<void> => {
    await client.signalContainer(id, 'SIGCONT', { signal });
    await client.stopContainer(id, seconds, { signal });
  };
  const ending = nodes.map(({ containerId }) => ({ id: containerId, isAlive: true }));
  try {
    await endContainers(
      client,
      ending,
      { end: (node) => end(node).catch(() => signal.throwIfAborted()) },
      { signal },
    );
  } catch {
    // Out of time, or the daemon is away: both are met by what comes next.
  }
}
