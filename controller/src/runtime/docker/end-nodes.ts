/**
 * How the nodes of a network are ended before their containers are removed. Nothing here may fail:
 * what does not end is killed by the removal that follows.
 */
import type { Clock } from '../../lib/clock.ts';
import { createLane } from '../../lib/lane.ts';
import { mapPool } from '../../lib/pool.ts';
import type { StopOptions } from '../runtime.ts';
import type { CallOptions, DockerClient } from './docker-client.ts';
import { bridgeName } from './object-names.ts';
import { AT_ONCE, endContainers, losesCount } from './removal-pace.ts';

export interface EndingNetwork {
  readonly networkName: string;
  readonly nodes: readonly { readonly containerId: string }[];
  /** Closes our own connections to the nodes: one may wait for that before it ends. */
  readonly disconnect: () => void;
}

/** What the daemon takes to end a container whose process ends at once, on a busy host. */
const STOP_CALL_MS = 300;
/** To close all links, for each pair of nodes: 50 on 2 cores need 1.3 s, which is half of it. */
const CLOSE_MS_PER_PAIR = 2;
const CLOSE_MS_BASE = 2_000;

/**
 * Asks every node to end and waits until it has, within a deadline. With `graceMs` 0 it ends nodes
 * only if that makes their removal faster.
 */
export async function endNodes(
  client: DockerClient,
  clock: Clock,
  network: EndingNetwork,
  options: StopOptions,
): Promise<void> {
  const { graceMs, hurry = new AbortController().signal, onKilled = () => undefined } = options;
  const { closeLinks = async () => false } = options;
  const count = network.nodes.length;
  const within = (timeoutMs: number): CallOptions => ({
    signal: AbortSignal.any([hurry, clock.timeoutSignal(timeoutMs)]),
  });
  const closeMsMax = CLOSE_MS_BASE + (CLOSE_MS_PER_PAIR * count * (count - 1)) / 2;
  const endMsMax = graceMs + STOP_CALL_MS * count;
  const graceSeconds = Math.ceil(graceMs / 1_000);
  const end: EndOne = (id, { signal }) =>
    endWatched(client, clock, { id, graceSeconds, signal }, () => {
      if (hurry.aborted) return;
      onKilled(network.nodes.findIndex(({ containerId }) => containerId === id));
    });
  try {
    const areQuiet =
      losesCount(client.engineVersion) && (await closeLinks(within(closeMsMax)).catch(() => false));
    network.disconnect();
    hurry.throwIfAborted();
    if (areQuiet) await endDetached(client, network, graceMs > 0 ? end : null, within(endMsMax));
    else if (graceMs > 0) await endAttached(client, network, end, within(endMsMax));
  } catch {
    // Out of time, or the daemon is away: both are met by what comes next.
  }
}

type EndOne = (containerId: string, options: CallOptions) => Promise<void>;

/** What a process that SIGKILL ended leaves behind. */
const EXIT_KILLED = 137;

/** Asks a container to end, and tells if it had to be killed for it. */
async function endWatched(
  client: DockerClient,
  clock: Clock,
  { id, graceSeconds, signal }: { id: string; graceSeconds: number; signal: AbortSignal },
  onKilled: () => void,
): Promise<void> {
  const startedMs = clock.monotonicMs();
  await client.stopContainer(id, graceSeconds, { signal });
  // A call that took less cannot have waited for it: no need to ask.
  if (clock.monotonicMs() - startedMs < graceSeconds * 1_000) return;
  const { State: state } = await client.inspectContainer(id, { signal });
  if (state.ExitCode === EXIT_KILLED && !state.OOMKilled) onKilled();
}

/**
 * Takes the containers off their networks, one at a time on each, and ends them side by side:
 * nothing is left to be miscounted (see removal-pace.ts). Only for nodes without connections: the
 * host would not see those end.
 */
async function endDetached(
  client: DockerClient,
  { networkName, nodes }: EndingNetwork,
  end: EndOne | null,
  { signal }: CallOptions,
): Promise<void> {
  const lanes = (['data', 'control'] as const).map((role) => {
    const inTurn = createLane();
    const name = bridgeName(networkName, role);
    return (id: string) => inTurn(() => client.disconnectNetwork(name, id, { signal }));
  });
  await mapPool(nodes, AT_ONCE, async ({ containerId }) => {
    for (const detach of lanes) await detach(containerId);
    await end?.(containerId, { signal });
    await client.removeContainer(containerId, { signal });
  });
}

async function endAttached(
  client: DockerClient,
  { nodes }: EndingNetwork,
  endOne: EndOne,
  { signal }: CallOptions,
): Promise<void> {
  const end = async ({ id }: { readonly id: string }): Promise<void> => {
    await client.signalContainer(id, 'SIGCONT', { signal });
    await endOne(id, { signal });
  };
  const ending = nodes.map(({ containerId }) => ({ id: containerId, isAlive: true }));
  await endContainers(
    client,
    ending,
    { end: (node) => end(node).catch(() => signal.throwIfAborted()) },
    { signal },
  );
}
