/** Creates and starts the containers of a network, a few at a time. */
import { TestbedError } from '../../errors/testbed-error.ts';
import { mapPool } from '../../lib/pool.ts';
import type { NodeHandle, StartOptions, StartRequest } from '../runtime.ts';
import { compareVersions } from './connect-docker.ts';
import { CONTROL_PORT, containerSpec, type NodePlacement } from './container-spec.ts';
import { type ControlReach, seesHost } from './control-reach.ts';
import type { Bridges } from './create-bridges.ts';
import { type NodeLink, readLink } from './disturbances.ts';
import type { DockerClient } from './docker-client.ts';
import type { ContainerState } from './docker-replies.ts';
import { bridgeName, nodeName } from './object-names.ts';
import { controlOffset, nodeAddress } from './subnet.ts';
import { dockerReason } from './translate-docker-error.ts';

export interface StartedNode extends NodeHandle {
  /** Another one after its state was emptied. */
  containerId: string;
  /** See NodePlace. A published port is another one after every start. */
  controlUrl: string;
  /** Another one after every start. */
  pid: number | null;
  /** What containers that it was made anew from have said. */
  formerLog: string;
  /** What it is made of, should it be made again. */
  readonly request: StartRequest;
  readonly placement: NodePlacement;
  readonly dataAddress: string;
  /** On the host of the daemon, which need not be this one. */
  readonly hostPid: number;
  readonly link: NodeLink;
}

/**
 * dockerd is bound by locks and by the kernel's network namespaces: 4 at once are nearly twice as
 * fast as 1, 8 a little faster still, 16 no more. Measured by scripts/bench/bring-up.ts.
 */
const PARALLEL = 8;
/** From this API version on a container can be created with several networks. */
const API_BOTH_NETWORKS = '1.44';

export async function startNodes(
  client: DockerClient,
  request: StartRequest,
  options: Pick<StartOptions, 'signal' | 'onNodeStarted'> & {
    readonly owner: string;
    readonly bridges: Bridges;
    readonly reach: ControlReach;
  },
): Promise<StartedNode[]> {
  const { bridges, reach, owner, signal } = options;
  const dataNetwork = bridgeName(request.networkName, 'data');
  let started = 0;
  return mapPool(request.nodes, PARALLEL, async (node) => {
    signal.throwIfAborted();
    const nodeIndex = node.index;
    const controlAddress = nodeAddress(bridges.control, controlOffset(nodeIndex));
    const dataAddress = nodeAddress(bridges.data, node.dataOffset);
    const placement = {
      nodeIndex,
      resources: node.resources,
      controlAddress,
      dataAddress,
      publish: reach.kind === 'published',
      bindAddress: reach.kind === 'published' ? reach.bindAddress : undefined,
      owner,
      bothNetworks: compareVersions(client.apiVersion, API_BOTH_NETWORKS) >= 0,
    };
    const state = await startNode(client, request, placement);
    started += 1;
    options.onNodeStarted?.(started, request.nodes.length);
    return {
      nodeIndex,
      name: nodeName(request.networkName, nodeIndex),
      containerId: state.Id,
      formerLog: '',
      request,
      placement,
      dataAddress,
      hostPid: state.State.Pid,
      // One that died at once has no link; it is found dead by whoever waits for it.
      link: readLink(state, dataNetwork) ?? { startedAt: '', endpointId: null },
      controlUrl: controlUrl(reach, controlAddress, state),
      // Elsewhere, or in another namespace of process ids, the number means nothing here.
      pid: seesHost(reach) && state.State.Pid > 0 ? state.State.Pid : null,
    };
  });
}

/**
 * The caller's signal is not passed on: a request that is dropped half-way may still be carried
 * out, and what it creates would not be known. Each call has its own deadline.
 */
async function startNode(
  client: DockerClient,
  request: StartRequest,
  placement: NodePlacement,
): Promise<ContainerState> {
  const never = { signal: new AbortController().signal };
  return explained({ request, placement }, async () => {
    const id = await createNode(client, request, placement);
    await client.startContainer(id, never);
    return client.inspectContainer(id, never);
  });
}

/** On both networks, and not started. @returns its id */
export async function createNode(
  client: DockerClient,
  request: StartRequest,
  placement: NodePlacement,
): Promise<string> {
  const never = { signal: new AbortController().signal };
  const id = await client.createContainer(containerSpec(request, placement), never);
  if (!placement.bothNetworks) {
    const control = bridgeName(request.networkName, 'control');
    await client.connectNetwork(control, id, placement.controlAddress, never);
  }
  return id;
}

/** @throws what the work throws, as the failure of this node */
export async function explained<T>(
  { request, placement }: Pick<StartedNode, 'request' | 'placement'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainStart(error, nodeName(request.networkName, placement.nodeIndex), request);
  }
}

/** Errors about the machine stay what they are; those about this container become its failure. */
function explainStart(error: unknown, name: string, { image }: StartRequest): unknown {
  if (!(error instanceof TestbedError) || error.code !== 'DOCKER_FAILED') return error;
  if (dockerReason(error) === 'gone' && /no such image/i.test(error.message)) {
    return new TestbedError('IMAGE_MISSING', `The image ${image.name} is gone (${image.id}).`, {
      hint: 'Build it again: ./scripts/setup/build-image',
      cause: error,
    });
  }
  return new TestbedError(
    'NODE_START_FAILED',
    `Node container ${name} of image ${image.name} did not start: ${error.message}`,
    { hint: `Try the image by hand: docker run --rm ${image.name}`, cause: error },
  );
}

/**
 * Where it answers, now that it runs; one that does not run stays where it was. Started by somebody
 * else, it is somewhere else as well.
 */
export function noteAddress(
  node: Pick<StartedNode, 'controlUrl'>,
  reach: ControlReach,
  publishedPort: number | string | undefined,
): void {
  if (reach.kind !== 'published' || publishedPort === undefined) return;
  node.controlUrl = publishedUrl(reach, publishedPort);
}

/** On the host, of the control API; undefined while there is none. */
export function publishedPortOf({ NetworkSettings }: ContainerState): string | undefined {
  return NetworkSettings.Ports?.[`${CONTROL_PORT}/tcp`]?.[0]?.HostPort;
}

export function controlUrl(reach: ControlReach, address: string, state: ContainerState): string {
  if (reach.kind !== 'published') return `http://${address}:${CONTROL_PORT}`;
  const port = publishedPortOf(state);
  if (port === undefined) {
    throw new TestbedError('NODE_START_FAILED', 'Docker published no port for a control API.', {
      hint: 'Published ports need a daemon with its own iptables rules or userland proxy.',
    });
  }
  return publishedUrl(reach, port);
}

function publishedUrl(
  { host }: Extract<ControlReach, { readonly kind: 'published' }>,
  port: number | string,
): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
