/**
 * The two networks of a repetition: `data` carries consensus traffic and nothing else, `control`
 * everything between controller and nodes. Each gets a subnet that neither the host's routes nor
 * another Docker network uses; when somebody was faster, the next one is tried.
 */
import { readFile } from 'node:fs/promises';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { StartRequest } from '../runtime.ts';
import type { DockerClient } from './docker-client.ts';
import { bridgeName, type NetworkRole, networkLabels } from './object-names.ts';
import {
  findFreeSubnet,
  formatSubnet,
  gatewayAddress,
  parseRoutes,
  prefixFor,
  type Subnet,
} from './subnet.ts';
import { dockerReason } from './translate-docker-error.ts';

export interface Bridges {
  readonly data: Subnet;
  readonly control: Subnet;
}

export interface BridgeOptions {
  readonly owner: string;
  /** False lets the control network reach beyond the host, as published ports need it. */
  readonly controlInternal: boolean;
  /** Subnets that the routes of this host use; see readRoutes. */
  readonly routes: readonly Subnet[];
  readonly signal: AbortSignal;
}

const ATTEMPTS_MAX = 32;

/** @throws TestbedError SUBNET_UNAVAILABLE when no subnet is free, DOCKER_FAILED and others */
export async function createBridges(
  client: DockerClient,
  request: StartRequest,
  options: BridgeOptions,
): Promise<Bridges> {
  const networks = await client.listNetworks([], { signal: options.signal });
  const taken = [...options.routes, ...networks.flatMap(({ subnets }) => subnets)];
  // One after the other: the second must know what the first took.
  const data = await createBridge(client, request, 'data', taken, options);
  const control = await createBridge(client, request, 'control', [...taken, data], options);
  return { data, control };
}

/** Destinations of the kernel's routing table; none where there is no such file. */
export async function readRoutes(path = '/proc/net/route'): Promise<readonly Subnet[]> {
  try {
    return parseRoutes(await readFile(path, 'utf8'));
  } catch {
    return [];
  }
}

async function createBridge(
  client: DockerClient,
  request: StartRequest,
  role: NetworkRole,
  takenBefore: readonly Subnet[],
  { owner, controlInternal, signal }: BridgeOptions,
): Promise<Subnet> {
  const name = bridgeName(request.networkName, role);
  const prefix = prefixFor(request.nodeCount);
  const taken = [...takenBefore];
  let lastError: unknown;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    signal.throwIfAborted();
    const subnet = findFreeSubnet({ taken, prefix, seedText: name });
    if (subnet === null) break;
    try {
      const spec = {
        name,
        subnet: formatSubnet(subnet),
        gateway: gatewayAddress(subnet),
        internal: role === 'data' || controlInternal,
        labels: networkLabels(request, owner),
      };
      // Not with the caller's signal: see startNode.
      await client.createNetwork(spec, { signal: new AbortController().signal });
      return subnet;
    } catch (error) {
      if (dockerReason(error) !== 'overlap') throw error;
      lastError = error;
      taken.push(subnet);
    }
  }
  throw new TestbedError(
    'SUBNET_UNAVAILABLE',
    `No free /${prefix} subnet was found for network ${name}: ${taken.length} are taken.`,
    {
      hint: 'Remove networks that are not needed: ./scripts/testbed clean; docker network prune',
      cause: lastError,
    },
  );
}
