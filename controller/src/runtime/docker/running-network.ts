/** A started network of containers: how its nodes ended, what they said, and its end. */
import type { Clock } from '../../lib/clock.ts';
import { mapPool } from '../../lib/pool.ts';
import type { NodeRecord } from '../../model/record.ts';
import type { ObjectLedger, RunningNetwork, StartRequest } from '../runtime.ts';
import type { DockerClient } from './docker-client.ts';
import type { OwnedNamespaces } from './node-namespaces.ts';
import { labels, plannedObjects } from './object-names.ts';
import { endingsAtOnce, holdStill } from './removal-pace.ts';
import { removeObjects } from './remove-objects.ts';
import type { StartedNode } from './start-nodes.ts';
import { dockerReason } from './translate-docker-error.ts';

type NodeExit = NodeRecord['exit'];

export interface RunningNetworkParts {
  readonly request: StartRequest;
  readonly nodes: readonly StartedNode[];
  readonly createdAt: Date;
  readonly warnings: readonly string[];
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly ledger: ObjectLedger;
  readonly namespaces: OwnedNamespaces | null;
  /** Lets go of what holds the networks besides the nodes. */
  readonly release: (signal: AbortSignal) => Promise<void>;
}

/** Killed by SIGKILL, which is what the kernel does at the memory limit. */
const EXIT_KILLED = 137;
/** The event that sets OOMKilled may come a little later than the death itself. */
const OOM_NOTICE_MS = 3_000;
const LOG_CALL_MS = 20_000;
const STOP_MS_BASE = 60_000;
const STOP_MS_PER_NODE = 1_000;
/** What the daemon takes to end a container whose process ends at once, on a busy host. */
const STOP_CALL_MS = 300;

export function createRunningNetwork(parts: RunningNetworkParts): RunningNetwork {
  const { request, nodes, createdAt, warnings, clock, client } = parts;
  const exits = createExits(parts);
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
  await parts.namespaces?.close();
  if (graceMs > 0) await endGently(parts, graceMs);
  await removeNetworkOf(parts);
}

/**
 * Asks every node to end and waits until it has, as many at once as the daemon can take. All of it
 * has one deadline; nodes that it does not reach are killed by the removal that follows.
 */
async function endGently(
  { client, clock, nodes }: RunningNetworkParts,
  graceMs: number,
): Promise<void> {
  const atOnce = endingsAtOnce(client.engineVersion);
  const signal = clock.timeoutSignal(graceMs + (STOP_CALL_MS * nodes.length) / atOnce);
  const seconds = Math.ceil(graceMs / 1_000);
  const end = async ({ containerId }: StartedNode): Promise<void> => {
    await client.signalContainer(containerId, 'SIGCONT', { signal });
    await client.stopContainer(containerId, seconds, { signal });
  };
  try {
    const ids = nodes.map(({ containerId }) => containerId);
    if (atOnce < nodes.length) await holdStill(client, ids, { signal });
    await mapPool(nodes, atOnce, (node) => end(node).catch(() => signal.throwIfAborted()));
  } catch {
    // Out of time, or the daemon is away: both are met by what comes next.
  }
}

/** One list call; only nodes found dead are inspected, and each of them once. */
function createExits({
  request,
  nodes,
  client,
  clock,
}: RunningNetworkParts): RunningNetwork['exits'] {
  const known = new Map<string, NodeExit>();
  const diedMs = new Map<string, number>();
  const look = async (containerId: string, signal: AbortSignal): Promise<NodeExit> => {
    const { State: state } = await client.inspectContainer(containerId, { signal });
    const exit = { code: state.ExitCode, oomKilled: state.OOMKilled };
    const sinceMs = clock.monotonicMs() - (diedMs.get(containerId) ?? 0);
    const settled = exit.code !== EXIT_KILLED || exit.oomKilled || sinceMs > OOM_NOTICE_MS;
    if (settled) known.set(containerId, exit);
    return exit;
  };
  return async ({ signal }) => {
    const mine = [`${labels.network}=${request.networkName}`];
    const found = await client.listContainers(mine, { signal });
    const states = new Map(found.map(({ id, state }) => [id, state]));
    return Promise.all(
      nodes.map(async ({ containerId }): Promise<NodeExit> => {
        const state = states.get(containerId);
        if (state === 'running' || state === 'paused' || state === 'restarting') return null;
        const before = known.get(containerId);
        if (before !== undefined) return before;
        if (!diedMs.has(containerId)) diedMs.set(containerId, clock.monotonicMs());
        // Removed by somebody else: dead, and nobody knows how it ended.
        if (state === undefined) return { code: null, oomKilled: false };
        try {
          return await look(containerId, signal);
        } catch (error) {
          if (dockerReason(error) === 'gone') return { code: null, oomKilled: false };
          throw error;
        }
      }),
    );
  };
}
