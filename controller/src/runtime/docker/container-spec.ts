/** What a node's container looks like to Docker. Pure. */
import type { ContainerCreateOptions } from 'dockerode';
import { nodeEnvironment } from '../../../../node-image/src/contract/index.ts';
import type { NodeResources } from '../../model/plan.ts';
import type { StartRequest } from '../runtime.ts';
import type { DockerInfo } from './docker-replies.ts';
import { bridgeName, labels, networkLabels, nodeName } from './object-names.ts';
import { isRootless, limitsOf } from './rootless.ts';

/** Ports inside a container: all nodes have the same, because each has its own address. */
export const CONTROL_PORT = 7000;
const DATA_PORT = 7001;
/** Writable and kept over a restart; an anonymous volume, removed with the container. */
export const STATE_FOLDER = '/state';
const LOG_SIZE_MAX = '8m';

export interface NodePlacement {
  readonly nodeIndex: number;
  readonly dataAddress: string;
  readonly controlAddress: string;
  /** Publish the control port on a free port of the daemon's host. */
  readonly publish: boolean;
  /** The only address of that host where it is published; all if not given. */
  readonly bindAddress?: string | undefined;
  readonly owner: string;
  /** Both networks at creation; false before API 1.44, which takes only one. */
  readonly bothNetworks: boolean;
}

export function containerSpec(
  request: StartRequest,
  placement: NodePlacement,
): ContainerCreateOptions {
  const { networkName, image } = request;
  const { nodeIndex, dataAddress, controlAddress, publish, bindAddress, owner, bothNetworks } =
    placement;
  const binding = { ...(bindAddress === undefined ? {} : { HostIp: bindAddress }), HostPort: '' };
  const resources = request.resources[nodeIndex];
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
      ...(resources === undefined ? {} : limits(resources)),
      NetworkMode: data,
      ...(publish ? { PortBindings: { [`${CONTROL_PORT}/tcp`]: [binding] } } : {}),
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
}: NodeResources): ContainerCreateOptions['HostConfig'] {
  return {
    PidsLimit: pidsMax,
    ...(cpus === null ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    ...(memoryBytes === null ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
  };
}

/**
 * Fits limits to what the host can do. Docker refuses more cores than there are, takes more memory
 * than there is, and passes over limits that the kernel was built without.
 * @param resources in node order
 * @returns limits that will be applied, and what to tell about the rest
 */
export function fitResources(
  resources: readonly NodeResources[],
  info: DockerInfo,
): { readonly resources: readonly NodeResources[]; readonly warnings: readonly string[] } {
  const warnings = missingLimits(resources, info);
  const fitted = resources.map((spec) => ({
    ...spec,
    cpus: atMost(spec.cpus, info.NCPU),
    memoryBytes: atMost(spec.memoryBytes, info.MemTotal),
  }));
  const clamped = (
    kind: 'cpus' | 'memoryBytes',
    has: (amount: number) => string,
    limit: number,
  ): void => {
    const asked = resources.flatMap((spec, at) =>
      spec[kind] === fitted[at]?.[kind] ? [] : [spec[kind] ?? 0],
    );
    if (asked.length === 0) return;
    const who = asked.length === resources.length ? 'Each node was' : `${asked.length} nodes were`;
    warnings.push(
      `${who} asked to have ${has(Math.max(...asked))}, but the Docker host has ${has(limit)}; ` +
        `nodes were limited to that.`,
    );
  };
  clamped('cpus', (cpus) => `${cpus} CPUs`, info.NCPU);
  clamped('memoryBytes', (bytes) => `${Math.round(bytes / 2 ** 20)} MiB of memory`, info.MemTotal);
  return { resources: fitted, warnings };
}

function atMost(asked: number | null, limit: number): number | null {
  return asked === null ? null : Math.min(asked, limit);
}

function missingLimits(resources: readonly NodeResources[], info: DockerInfo): string[] {
  const warnings: string[] = [];
  const limits = limitsOf(info);
  const who = isRootless(info) ? 'Rootless Docker' : 'The kernel of the Docker host';
  const missing = (text: string): number =>
    warnings.push(`${who} cannot limit ${text}; nodes ran without.`);
  const limitsCpus = resources.some(({ cpus }) => cpus !== null);
  const limitsMemory = resources.some(({ memoryBytes }) => memoryBytes !== null);
  if (limitsCpus && !limits.cpu) missing('CPU time');
  if (limitsMemory && !limits.memory) missing('memory');
  if (limitsMemory && info.SwapLimit === false) missing('swap');
  if (!limits.pids) missing('the number of threads');
  return warnings;
}
