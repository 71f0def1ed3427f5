/**
 * The two networks of a repetition: `data` carries consensus traffic and nothing else, `control`
 * everything between controller and nodes. Each gets a subnet that neither the host's routes nor
 * another Docker network uses; when somebody was faster, the next one is tried.
 */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { StartRequest } from '../runtime.ts';
import { MTU_OPTION } from './docker-calls.ts';
import type { DockerClient, FoundNetwork } from './docker-client.ts';
import { bridgeName, type NetworkRole, networkLabels } from './object-names.ts';
import {
  findFreeSubnet,
  formatSubnet,
  gatewayAddress,
  parseRoutes,
  parseSubnet,
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
  const mtu = defaultMtu(networks);
  // One after the other: the second must know what the first took.
  const dataBridge = { role: 'data', prefix: request.dataPrefix, mtu, taken } as const;
  const data = await createBridge(client, request, dataBridge, options);
  const controlBridge = {
    role: 'control',
    prefix: prefixFor(request.nodes.length),
    mtu,
    taken: [...taken, data],
  } as const;
  const control = await createBridge(client, request, controlBridge, options);
  return { data, control };
}

/** What Docker gives its own bridge, which is what its owner set for this host; null if unset. */
function defaultMtu(networks: readonly FoundNetwork[]): number | null {
  const text = networks.find(({ name }) => name === 'bridge')?.options[MTU_OPTION];
  const mtu = Number(text ?? 0);
  return Number.isInteger(mtu) && mtu > 0 ? mtu : null;
}

/**
 * What this host uses: the networks that it is connected to, and where its routes lead; without
 * routes where there is no such file.
 */
export async function readRoutes(path = '/proc/net/route'): Promise<readonly Subnet[]> {
  const connected = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ cidr }) => parseSubnet(cidr ?? '') ?? []);
  const text = await readFile(path, 'utf8').catch(() => '');
  return [...connected, ...parseRoutes(text)];
}

interface BridgeWish {
  readonly role: NetworkRole;
  readonly prefix: number;
  readonly mtu: number | null;
  readonly taken: readonly Subnet[];
}

async function createBridge(
  client: DockerClient,
  request: StartRequest,
  { role, prefix, mtu, taken: takenBefore }: BridgeWish,
  { owner, controlInternal, signal }: BridgeOptions,
): Promise<Subnet> {
  const name = bridgeName(request.networkName, role);
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
        mtu,
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
      hint: 'See what takes them: docker network ls; ip route. Remove networks that are not needed: ./scripts/testbed clean; docker network prune',
      cause: lastError,
    },
  );
}
