/** Ends and starts single containers of a network on purpose. */
import type { Clock } from '../../lib/clock.ts';
import type { NodeProcesses } from '../runtime.ts';
import type { ControlReach } from './control-reach.ts';
import type { DockerClient } from './docker-client.ts';
import { controlUrl, type StartedNode } from './start-nodes.ts';

const LOOK_MS = 20;

export function createNodeContainers(
  nodes: readonly StartedNode[],
  reach: ControlReach,
  { client, clock }: { readonly client: DockerClient; readonly clock: Clock },
): NodeProcesses {
  const at = (nodeIndex: number): StartedNode => {
    const node = nodes[nodeIndex];
    if (node === undefined) throw new RangeError(`There is no node ${nodeIndex}`);
    return node;
  };
  /** A published port is another one after a restart. */
  const moved = new Map<number, string>();
  return {
    controlUrl: (nodeIndex) => moved.get(nodeIndex) ?? at(nodeIndex).controlUrl,
    terminate: (nodeIndex, { signal }) =>
      client.signalContainer(at(nodeIndex).containerId, 'SIGTERM', { signal }),
    restart: async (nodeIndex, { signal }) => {
      const { containerId } = at(nodeIndex);
      await client.signalContainer(containerId, 'SIGKILL', { signal });
      while ((await client.inspectContainer(containerId, { signal })).State.Running) {
        await clock.sleep(LOOK_MS, { signal });
      }
      await client.startContainer(containerId, { signal });
      if (reach.kind !== 'published') return;
      const state = await client.inspectContainer(containerId, { signal });
      moved.set(nodeIndex, controlUrl(reach, '', state));
    },
  };
}
