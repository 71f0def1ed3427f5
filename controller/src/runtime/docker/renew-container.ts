/**
 * A container with an empty state folder. Its volume cannot be emptied from outside without a tool
 * in it, so it is made anew: same name, addresses and limits, and only its key is carried over.
 */
import { identityFile } from '../../../../node-image/src/contract/index.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import { STATE_FOLDER } from './container-spec.ts';
import type { CallOptions, DockerClient } from './docker-client.ts';
import { createNode, explained, type StartedNode } from './start-nodes.ts';
import { dockerReason } from './translate-docker-error.ts';

const LOG_LINES_KEPT = 1_000;

/**
 * Nothing but the look at it can be called off: what is half done would be a node less.
 * @throws TestbedError NODE_EVENT_FAILED if it runs, NODE_START_FAILED
 */
export async function renewContainer(
  client: DockerClient,
  node: StartedNode,
  { signal }: CallOptions,
): Promise<void> {
  const { State: state } = await client.inspectContainer(node.containerId, { signal });
  if (state.Running) {
    throw new TestbedError(
      'NODE_EVENT_FAILED',
      `Node ${node.nodeIndex} cannot lose its state: it runs.`,
      { hint: 'It has to be killed first.', details: { name: node.name } },
    );
  }
  const never = { signal: new AbortController().signal };
  await explained(node, async () => {
    const key = await readKey(client, node.containerId, never);
    node.formerLog += await client.readLogs(node.containerId, LOG_LINES_KEPT, never);
    await client.removeContainer(node.containerId, never);
    node.containerId = await createNode(client, node.request, node.placement);
    if (key !== null) await client.writeArchive(node.containerId, STATE_FOLDER, key, never);
  });
}

/** @returns null for a node that keeps none there: it will come back as a stranger */
async function readKey(
  client: DockerClient,
  containerId: string,
  options: CallOptions,
): Promise<Buffer | null> {
  try {
    return await client.readArchive(containerId, `${STATE_FOLDER}/${identityFile}`, options);
  } catch (error) {
    if (dockerReason(error) === 'gone') return null;
    throw error;
  }
}
