/**
 * Removal. What is there is asked of the daemon, not remembered: so it works after any failure,
 * finds what came into being after its creation was given up, and never touches an object that
 * merely has the name of one of ours.
 */
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import { mapPool } from '../../lib/pool.ts';
import { harmlessLeftover, isHarmlessLeftover } from '../harmless-leftover.ts';
import { readOwnSurroundings } from './control-reach.ts';
import type { DockerClient, FoundContainer, FoundEndpoint, FoundNetwork } from './docker-client.ts';
import { labels as marks, runIdOf } from './object-names.ts';
import { endContainers } from './removal-pace.ts';
import { dockerReason } from './translate-docker-error.ts';

export interface RemovalRequest {
  /** Labels, `name=value`, that all objects to remove carry. */
  readonly labels: readonly string[];
  /** Which of those to remove; all if not given. */
  readonly accept?: (kind: 'container' | 'network', name: string) => boolean;
  /** Bounds everything, also single calls: no removal starts and none is awaited beyond it. */
  readonly deadlineMs: number;
  /** Its reason is what the promise rejects with when it fires before the deadline. */
  readonly signal: AbortSignal;
  /** Told of every container of somebody else that was taken off a network of ours. */
  readonly onCutOff?: ((text: string) => void) | undefined;
}

/** One attempt at what was found. */
interface Pass {
  /** Of the caller and of the deadline. */
  readonly signal: AbortSignal;
  /** Throws when nothing may be started any more. */
  readonly check: () => void;
  readonly errors: unknown[];
  /** Ids of what the daemon says it removed. */
  readonly gone: Set<string>;
  readonly onCutOff: (text: string) => void;
}

interface Found {
  readonly containers: readonly FoundContainer[];
  readonly networks: readonly FoundNetwork[];
}

const NETWORKS_AT_ONCE = 4;
const PAUSE_MS_FIRST = 50;
const PAUSE_MS_MAX = 1_000;
/** How long to wait for a daemon that does not answer at all: it may be restarting. */
const DAEMON_AWAY_MS = 20_000;
/** After this, a network without endpoints that is called busy is taken for miscounted. */
const MISCOUNTED_MS = 5_000;

/**
 * Resolves when the daemon says that nothing of what was asked is left.
 * @throws TestbedError DOCKER_* with what is left, when the deadline comes first
 */
export async function removeObjects(
  client: DockerClient,
  clock: Clock,
  request: RemovalRequest,
): Promise<void> {
  const startedMs = clock.monotonicMs();
  const waitedMs = (): number => clock.monotonicMs() - startedMs;
  const late = clock.timeoutSignal(request.deadlineMs);
  const signal = AbortSignal.any([request.signal, late]);
  const isLate = (): boolean => late.aborted || waitedMs() > request.deadlineMs;
  const check = (): void => {
    request.signal.throwIfAborted();
    if (isLate()) throw new Error('time was up before the daemon had done it');
  };
  const gone = new Set<string>();
  const onCutOff = request.onCutOff ?? (() => undefined);
  let left: Found | null = null;
  let pauseMs = PAUSE_MS_FIRST;
  for (;;) {
    const errors: unknown[] = [];
    try {
      check();
      left = await findObjects(client, request, signal);
      if (left.containers.length + left.networks.length === 0) return;
      await removeFound(client, left, { signal, check, errors, gone, onCutOff });
      if (errors.length === 0) continue;
      if (waitedMs() > MISCOUNTED_MS) {
        const miscounted = await findMiscounted(client, left, { signal, errors });
        if (miscounted !== null) throw miscounted;
      }
    } catch (error) {
      if (error instanceof TestbedError && isHarmlessLeftover(error)) throw error;
      request.signal.throwIfAborted();
      // What the daemon said tells more than that the time was up, and comes first.
      errors.push(error);
    }
    const away = errors.every((error) => dockerReason(error) === 'unreachable');
    if (isLate() || (away && waitedMs() > DAEMON_AWAY_MS) || errors.some(isHopeless)) {
      throw notRemoved(withoutGone(left, gone), errors, waitedMs());
    }
    await clock.sleep(pauseMs, { signal: request.signal });
    pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
  }
}

function withoutGone(left: Found | null, gone: ReadonlySet<string>): Found {
  return {
    containers: (left?.containers ?? []).filter(({ id }) => !gone.has(id)),
    networks: (left?.networks ?? []).filter(({ id }) => !gone.has(id)),
  };
}

async function findObjects(
  client: DockerClient,
  { labels, accept = () => true }: RemovalRequest,
  signal: AbortSignal,
): Promise<Found> {
  const [containers, networks] = await Promise.all([
    client.listContainers(labels, { signal }),
    client.listNetworks(labels, { signal }),
  ]);
  return {
    containers: containers.filter(({ name }) => accept('container', name)),
    networks: networks.filter(({ name }) => accept('network', name)),
  };
}

/** One attempt at everything; containers first, because networks wait for them. */
async function removeFound(
  client: DockerClient,
  { containers, networks }: Found,
  { signal, check, errors, gone, onCutOff }: Pass,
): Promise<void> {
  const attempt = async (id: string, work: () => Promise<void>): Promise<void> => {
    check();
    try {
      await work();
      gone.add(id);
    } catch (error) {
      check();
      if (dockerReason(error) === 'gone') gone.add(id);
      else errors.push(error);
    }
  };
  // One that somebody paused has processes too, and Docker counts it.
  const ending = containers.map(({ id, state }) => ({
    id,
    isAlive: state === 'running' || state === 'paused',
  }));
  await endContainers(
    client,
    ending,
    {
      // If it cannot be killed, its removal says why.
      end: ({ id }) =>
        client.signalContainer(id, 'SIGKILL', { signal }).catch(() => signal.throwIfAborted()),
      finish: ({ id }) => attempt(id, () => client.removeContainer(id, { signal })),
    },
    { signal },
  );
  if (errors.length > 0) return;
  if (networks.length > 0) await releaseServices(client, networks, signal);
  await mapPool(networks, NETWORKS_AT_ONCE, (network) =>
    attempt(network.id, () => removeNetwork(client, network, { signal, onCutOff })),
  );
}

/**
 * A service of ours that hangs on a network and does not run just now (a controller in a container
 * that was killed) could never be started again once that network is gone.
 */
async function releaseServices(
  client: DockerClient,
  networks: readonly FoundNetwork[],
  signal: AbortSignal,
): Promise<void> {
  const services = await client.listContainers([marks.service], { signal });
  for (const service of services.filter(({ state }) => state !== 'running')) {
    for (const { id } of networks.filter(({ name }) => service.networks.includes(name))) {
      await client.disconnectNetwork(id, service.id, { signal }).catch((error: unknown) => {
        // Somebody else was faster, or it is about to run and is let go of like everybody else.
        if (dockerReason(error) === 'unreachable') throw error;
      });
    }
  }
}

/**
 * An endpoint may linger a moment after its container is gone, and a controller that is itself a
 * container is attached to its control network. Whatever hangs on our network is let go.
 */
async function removeNetwork(
  client: DockerClient,
  { id, name }: FoundNetwork,
  { signal, onCutOff }: Pick<Pass, 'signal' | 'onCutOff'>,
): Promise<void> {
  try {
    await client.removeNetwork(id, { signal });
  } catch (error) {
    if (dockerReason(error) !== 'busy') throw error;
    for (const endpoint of await client.listEndpoints(id, { signal })) {
      const isForeign = await isStranger(client, endpoint.id, signal);
      await client.disconnectNetwork(id, endpoint.id, { signal });
      if (isForeign) onCutOff(describeCutOff(endpoint, name));
    }
    await client.removeNetwork(id, { signal });
  }
}

/** Neither an object of a run, nor this controller itself, nor a container that is gone already. */
async function isStranger(client: DockerClient, id: string, signal: AbortSignal): Promise<boolean> {
  if (id === readOwnSurroundings().ownContainer) return false;
  const all = await client.listContainers([], { signal });
  const found = all.find((container) => container.id === id);
  return found !== undefined && runIdOf(found.labels) === undefined;
}

function describeCutOff({ id, name }: FoundEndpoint, network: string): string {
  return (
    `The container ${name} (${id.slice(0, 12)}), which is not ours, hung on the network ${network}: ` +
    `it was disconnected, because the network was removed. It was not stopped.`
  );
}

/**
 * Some daemons lose count of the endpoints of a network (Docker Engine 20.10 under many parallel
 * connects): it then has "active endpoints" for ever, lists none, and only a restart of the daemon
 * counts anew.
 * @returns null if anything else is left, or if endpoints are listed
 */
async function findMiscounted(
  client: DockerClient,
  { containers, networks }: Found,
  { signal, errors }: { readonly signal: AbortSignal; readonly errors: readonly unknown[] },
): Promise<TestbedError | null> {
  if (containers.length > 0 || !errors.every((error) => dockerReason(error) === 'busy'))
    return null;
  for (const { id } of networks) {
    if ((await client.listEndpoints(id, { signal })).length > 0) return null;
  }
  const names = networks.map(({ name }) => name);
  return new TestbedError(
    'DOCKER_FAILED',
    `Docker says that ${some(names)} is in use, though nothing hangs on it: it has lost count.`,
    {
      hint: 'It disturbs nothing. Restart the Docker daemon, then: ./scripts/testbed clean',
      cause: errors[0],
      details: { left: names, ...harmlessLeftover },
    },
  );
}

/** Waiting does not give permissions. */
function isHopeless(error: unknown): boolean {
  return dockerReason(error) === 'permission';
}

function notRemoved(left: Found, errors: readonly unknown[], waitedMs: number): Error {
  const cause = errors[0];
  const names = [...left.containers, ...left.networks].map(({ name }) => name);
  const what = names.length === 0 ? 'What was created' : `${names.length} objects (${some(names)})`;
  const code = cause instanceof TestbedError ? cause.code : 'DOCKER_FAILED';
  return new TestbedError(
    code,
    `${what} could not be removed within ${(waitedMs / 1000).toFixed(1)} s: ${messageOf(cause)}`,
    {
      hint:
        dockerReason(cause) === 'unreachable'
          ? 'Start the daemon (./scripts/setup/start-dockerd), then: ./scripts/testbed clean'
          : 'Remove it later with: ./scripts/testbed clean',
      cause,
      details: { left: names, errors: errors.map(messageOf) },
    },
  );
}

function some(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')}, ...`;
}
