/** Ends, starts and holds single containers of a network on purpose. */
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import type { NodeProcesses } from '../runtime.ts';
import { limitUpdate, originalLimit } from './change-limits.ts';
import { type ControlReach, seesHost } from './control-reach.ts';
import type { CallOptions, DockerClient } from './docker-client.ts';
import { renewContainer } from './renew-container.ts';
import { sightContainer, sightState } from './sight-container.ts';
import { controlUrl, explained, type StartedNode } from './start-nodes.ts';
import { dockerReason } from './translate-docker-error.ts';

interface Parts {
  readonly client: DockerClient;
  readonly clock: Clock;
}

const LOOK_MS = 20;
const PAUSE_MS_MAX = 10_000;

export function createNodeContainers(
  nodes: readonly StartedNode[],
  reach: ControlReach,
  { client, clock }: Parts,
): NodeProcesses {
  const at = (nodeIndex: number): StartedNode => {
    const node = nodes[nodeIndex];
    if (node === undefined) throw new RangeError(`There is no node ${nodeIndex}`);
    return node;
  };
  const kill: NodeProcesses['kill'] = (nodeIndex, options) =>
    killContainer(at(nodeIndex), { client, clock }, options);
  const start: NodeProcesses['start'] = async (nodeIndex, { signal, state }) => {
    const node = at(nodeIndex);
    if (state === 'empty') await renewContainer(client, node, { signal });
    await explained(node, () => client.startContainer(node.containerId, { signal }));
    const found = await client.inspectContainer(node.containerId, { signal });
    const { Pid: pid } = found.State;
    node.pid = seesHost(reach) && pid > 0 ? pid : null;
    node.controlUrl = controlUrl(reach, node.placement.controlAddress, found);
  };
  const update = async (
    node: StartedNode,
    limits: Parameters<DockerClient['updateContainer']>[1],
    options: CallOptions,
  ): Promise<void> => {
    const work = client.updateContainer(node.containerId, limits, options);
    await work.catch((error: unknown) => {
      throw failed(node, 'cannot be limited', error);
    });
  };
  return {
    terminate: (nodeIndex, { signal }) =>
      client.signalContainer(at(nodeIndex).containerId, 'SIGTERM', { signal }),
    kill,
    start,
    restart: async (nodeIndex, { signal }) => {
      await kill(nodeIndex, { signal });
      await start(nodeIndex, { signal, state: 'kept' });
    },
    pause: (nodeIndex, options) => pause(at(nodeIndex), { client, clock }, options),
    resume: (nodeIndex, options) => resume(client, at(nodeIndex), options),
    limit: async (nodeIndex, limits, options) => {
      const node = at(nodeIndex);
      if ((await sightState(client, node, options)) === 'gone') {
        throw failed(node, 'cannot be limited', new Error('it has ended'));
      }
      await update(node, limitUpdate(limits, resourcesOf(node)), options);
    },
    restoreLimits: (nodeIndex, what, options) => {
      const node = at(nodeIndex);
      return update(node, originalLimit(what, resourcesOf(node), client.info), options);
    },
    sighting: (nodeIndex, options) => {
      const { containerId } = at(nodeIndex);
      return sightContainer(client, { containerId, isLocal: seesHost(reach) }, options);
    },
  };
}

function resourcesOf({ request, nodeIndex }: StartedNode): Parameters<typeof originalLimit>[1] {
  return request.nodes[nodeIndex]?.resources ?? { cpus: null, memoryBytes: null };
}

/** The daemon lets a paused one go on when it kills it, or it would never die of it. */
async function killContainer(
  { containerId }: StartedNode,
  { client, clock }: Parts,
  { signal }: CallOptions,
): Promise<void> {
  const killing = client.signalContainer(containerId, 'SIGKILL', { signal });
  // It has ended by itself, or was removed: that is what was wanted.
  await killing.catch((error: unknown) => {
    const reason = dockerReason(error);
    if (reason !== 'conflict' && reason !== 'gone') throw error;
  });
  while (await isAlive(client, containerId, { signal })) await clock.sleep(LOOK_MS, { signal });
}

async function isAlive(
  client: DockerClient,
  containerId: string,
  options: CallOptions,
): Promise<boolean> {
  try {
    return (await client.inspectContainer(containerId, options)).State.Running;
  } catch (error) {
    if (dockerReason(error) === 'gone') return false;
    throw error;
  }
}

/**
 * Under cgroup v1 a container that is held back for its share of a core cannot be frozen at that
 * moment: runc tries for some tenths of a second, lets go again, and says "unable to freeze". The
 * next attempt meets it at another moment.
 */
async function pause(
  node: StartedNode,
  { client, clock }: Parts,
  options: CallOptions,
): Promise<void> {
  const startedMs = clock.monotonicMs();
  for (;;) {
    try {
      await client.pauseContainer(node.containerId, options);
      return;
    } catch (error) {
      options.signal.throwIfAborted();
      const state = await sightState(client, node, options);
      if (state === 'paused') return;
      const isLate = clock.monotonicMs() - startedMs > PAUSE_MS_MAX;
      if (state === 'gone' || isLate) throw failed(node, 'cannot be paused', error);
    }
    await clock.sleep(LOOK_MS, options);
  }
}

async function resume(
  client: DockerClient,
  node: StartedNode,
  options: CallOptions,
): Promise<void> {
  try {
    await client.unpauseContainer(node.containerId, options);
  } catch (error) {
    options.signal.throwIfAborted();
    const state = await sightState(client, node, options);
    if (state === 'paused') throw failed(node, 'cannot go on', error);
  }
}

function failed({ nodeIndex, name }: StartedNode, what: string, cause: unknown): TestbedError {
  return new TestbedError('NODE_EVENT_FAILED', `Node ${nodeIndex} ${what}: ${messageOf(cause)}`, {
    hint: 'Plan it for another node or time, or with another value.',
    cause,
    details: { nodeIndex, name },
  });
}
