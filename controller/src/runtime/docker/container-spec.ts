/** What a node's container looks like to Docker. Pure. */
import type { ContainerCreateOptions } from 'dockerode';
import { nodeEnvironment } from '../../../../node-image/src/contract/index.ts';
import type { ResourceSpec } from '../../model/scenario.ts';
import type { StartRequest } from '../runtime.ts';
import type { DockerInfo } from './docker-replies.ts';
import { bridgeName, labels, networkLabels, nodeName } from './object-names.ts';

/** Ports inside a container: all nodes have the same, because each has its own address. */
export const CONTROL_PORT = 7000;
const DATA_PORT = 7001;
/** Writable and kept over a restart; an anonymous volume, removed with the container. */
const STATE_FOLDER = '/state';
const LOG_SIZE_MAX = '8m';

export interface NodePlacement {
  readonly nodeIndex: number;
  readonly dataAddress: string;
  readonly controlAddress: string;
  /** Publish the control port on a free port of the daemon's host. */
  readonly publish: boolean;
  readonly owner: string;
  /** Both networks at creation; false before API 1.44, which takes only one. */
  readonly bothNetworks: boolean;
}

export function containerSpec(
  request: StartRequest,
  placement: NodePlacement,
): ContainerCreateOptions {
  const { networkName, image, resources } = request;
  const { nodeIndex, dataAddress, controlAddress, publish, owner, bothNetworks } = placement;
  const endpoint = (address: string): object => ({ IPAMConfig: { IPv4Address: address } });
  const data = bridgeName(networkName, 'data');
  const control = bridgeName(networkName, 'control');
  const environment = {
    [nodeEnvironment.runId]: request.runId,
    [nodeEnvironment.nodeIndex]: String(nodeIndex),
    [nodeEnvironment.controlListen]: `${controlAddress}:${CONTROL_PORT}`,
    [nodeEnvironment.dataListen]: `${dataAddress}:${DATA_PORT}`,
    [nodeEnvironment.stateDir]: STATE_FOLDER,
  };
  return {
    name: nodeName(networkName, nodeIndex),
    Image: image.id,
    Hostname: `node${nodeIndex}`,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    Labels: { ...networkLabels(request, owner), [labels.node]: String(nodeIndex) },
    ...(publish ? { ExposedPorts: { [`${CONTROL_PORT}/tcp`]: {} } } : {}),
    Volumes: { [STATE_FOLDER]: {} },
    HostConfig: {
      ...confinement,
      ...limits(resources),
      NetworkMode: data,
      ...(publish ? { PortBindings: { [`${CONTROL_PORT}/tcp`]: [{ HostPort: '' }] } } : {}),
    },
    NetworkingConfig: {
      EndpointsConfig: {
        [data]: endpoint(dataAddress),
        ...(bothNetworks ? { [control]: endpoint(controlAddress) } : {}),
      },
    },
  };
}

/** The same for every node: nothing it does not need, and no second life after its death. */
const confinement = {
  ReadonlyRootfs: true,
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges'],
  LogConfig: { Type: 'json-file', Config: { 'max-size': LOG_SIZE_MAX, 'max-file': '2' } },
  RestartPolicy: { Name: 'no' },
};

/** Memory with swap to the same total: no swap, so that a limit is a limit. */
function limits({
  cpus,
  memoryBytes,
  pidsMax,
}: ResourceSpec): ContainerCreateOptions['HostConfig'] {
  return {
    PidsLimit: pidsMax,
    ...(cpus === null ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    ...(memoryBytes === null ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
  };
}

/**
 * Fits limits to what the host can do. Docker refuses more cores than there are, and passes over
 * limits that the kernel was built without.
 * @returns limits that will be applied, and what to tell about the rest
 */
export function fitResources(
  resources: ResourceSpec,
  info: DockerInfo,
): { readonly resources: ResourceSpec; readonly warnings: readonly string[] } {
  const { cpus, memoryBytes } = resources;
  const warnings: string[] = [];
  const missing = (text: string): number =>
    warnings.push(`The kernel of the Docker host cannot limit ${text}; nodes ran without.`);
  if (cpus !== null && info.CpuCfsQuota === false) missing('CPU time');
  if (memoryBytes !== null && info.MemoryLimit === false) missing('memory');
  if (memoryBytes !== null && info.SwapLimit === false) missing('swap');
  if (info.PidsLimit === false) missing('the number of threads');
  if (cpus === null || cpus <= info.NCPU) return { resources, warnings };
  warnings.push(
    `Each node was asked to have ${cpus} CPUs, but the Docker host has ${info.NCPU}; ` +
      `nodes were limited to ${info.NCPU}.`,
  );
  return { resources: { ...resources, cpus: info.NCPU }, warnings };
}
