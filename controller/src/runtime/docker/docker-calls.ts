/** What each call sends to the daemon and reads from its reply. */
import { z } from 'zod';
import { demultiplexLog } from './demultiplex-log.ts';
import type { DockerClient, FoundContainer, FoundNetwork } from './docker-client.ts';
import {
  containerListReply,
  containerReply,
  imageReply,
  networkReply,
  usageReply,
} from './docker-replies.ts';
import type { SendRequest } from './docker-request.ts';
import { parseSubnet } from './subnet.ts';

/** Of the bridge driver: bytes. */
export const MTU_OPTION = 'com.docker.network.driver.mtu';

type NetworkCalls = Pick<
  DockerClient,
  | 'listNetworks'
  | 'createNetwork'
  | 'listEndpoints'
  | 'connectNetwork'
  | 'disconnectNetwork'
  | 'removeNetwork'
>;
type ContainerCalls = Pick<
  DockerClient,
  | 'createContainer'
  | 'startContainer'
  | 'inspectContainer'
  | 'listContainers'
  | 'signalContainer'
  | 'stopContainer'
  | 'removeContainer'
  | 'readLogs'
>;
type HoldingCalls = Pick<
  DockerClient,
  | 'pauseContainer'
  | 'unpauseContainer'
  | 'updateContainer'
  | 'readUsage'
  | 'readArchive'
  | 'writeArchive'
>;

export function networkCalls(send: SendRequest): NetworkCalls {
  return {
    listNetworks: async (labels, { signal }) => {
      const query = { filters: JSON.stringify({ label: labels }) };
      const action = 'list networks';
      const reply = await send({ action, method: 'GET', path: '/networks', query, signal });
      return z.array(networkReply).parse(reply).map(toNetwork);
    },
    createNetwork: async (spec, { signal }) => {
      const body = {
        Name: spec.name,
        Driver: 'bridge',
        Internal: spec.internal,
        CheckDuplicate: true,
        Labels: spec.labels,
        Options: spec.mtu === null ? {} : { [MTU_OPTION]: String(spec.mtu) },
        IPAM: { Driver: 'default', Config: [{ Subnet: spec.subnet, Gateway: spec.gateway }] },
      };
      const action = `create network ${spec.name} on ${spec.subnet}`;
      await send({ action, method: 'POST', path: '/networks/create', body, signal });
    },
    listEndpoints: async (network, { signal }) => {
      const action = `inspect network ${network}`;
      const reply = await send({ action, method: 'GET', path: `/networks/${network}`, signal });
      const { Containers } = networkReply.parse(reply);
      return Object.entries(Containers).map(([id, { Name = id }]) => ({ id, name: Name }));
    },
    connectNetwork: async (network, container, address, { signal }) => {
      const config = address === null ? {} : { IPAMConfig: { IPv4Address: address } };
      const body = { Container: container, EndpointConfig: config };
      const action = `connect ${container} to network ${network}`;
      await send({ action, method: 'POST', path: `/networks/${network}/connect`, body, signal });
    },
    disconnectNetwork: async (network, container, { signal }) => {
      const body = { Container: container, Force: true };
      const action = `disconnect ${container} from network ${network}`;
      await send({ action, method: 'POST', path: `/networks/${network}/disconnect`, body, signal });
    },
    removeNetwork: async (network, { signal }) => {
      const action = `remove network ${network}`;
      await send({ action, method: 'DELETE', path: `/networks/${network}`, signal });
    },
  };
}

export function containerCalls(send: SendRequest): ContainerCalls {
  const path = (container: string, rest: string): string => `/containers/${container}${rest}`;
  return {
    createContainer: async ({ name, ...body }, { signal }) => {
      const query = name === undefined ? {} : { name };
      const action = `create container ${name}`;
      const request = { action, method: 'POST', path: '/containers/create', query, body, signal };
      return z.object({ Id: z.string() }).parse(await send(request)).Id;
    },
    startContainer: async (container, { signal }) => {
      const action = `start container ${container}`;
      await send({ action, method: 'POST', path: path(container, '/start'), signal });
    },
    inspectContainer: async (container, { signal }) => {
      const action = `inspect container ${container}`;
      const reply = await send({ action, method: 'GET', path: path(container, '/json'), signal });
      return containerReply.parse(reply);
    },
    listContainers: async (labels, { signal }) => {
      const query = { all: 'true', filters: JSON.stringify({ label: labels }) };
      const action = 'list containers';
      const reply = await send({ action, method: 'GET', path: '/containers/json', query, signal });
      return z.array(containerListReply).parse(reply).map(toContainer);
    },
    signalContainer: async (container, signalName, { signal }) => {
      const query = { signal: signalName };
      const action = `send ${signalName} to container ${container}`;
      await send({ action, method: 'POST', path: path(container, '/kill'), query, signal });
    },
    stopContainer: async (container, seconds, { signal }) => {
      const query = { t: String(seconds) };
      const action = `stop container ${container}`;
      await send({ action, method: 'POST', path: path(container, '/stop'), query, signal });
    },
    removeContainer: async (container, { signal }) => {
      const query = { force: 'true', v: 'true' };
      const action = `remove container ${container}`;
      await send({ action, method: 'DELETE', path: path(container, ''), query, signal });
    },
    readLogs: async (container, lines, { signal }) => {
      const query = { stdout: 'true', stderr: 'true', tail: String(lines) };
      const action = `read the log of container ${container}`;
      const request = { action, method: 'GET', path: path(container, '/logs'), query, signal };
      return demultiplexLog(z.instanceof(Buffer).parse(await send(request)));
    },
  };
}

/** What is done to a container between its start and its end. */
export function holdingCalls(send: SendRequest): HoldingCalls {
  const path = (container: string, rest: string): string => `/containers/${container}${rest}`;
  return {
    pauseContainer: async (container, { signal }) => {
      const action = `pause container ${container}`;
      await send({ action, method: 'POST', path: path(container, '/pause'), signal });
    },
    unpauseContainer: async (container, { signal }) => {
      const action = `unpause container ${container}`;
      await send({ action, method: 'POST', path: path(container, '/unpause'), signal });
    },
    updateContainer: async (container, body, { signal }) => {
      const action = `change the limits of container ${container}`;
      await send({ action, method: 'POST', path: path(container, '/update'), body, signal });
    },
    readUsage: async (container, { signal }) => {
      const query = { stream: 'false', 'one-shot': 'true' };
      const action = `read the usage of container ${container}`;
      const request = { action, method: 'GET', path: path(container, '/stats'), query, signal };
      const { cpu_stats: cpu, memory_stats: memory } = usageReply.parse(await send(request));
      return {
        cpuPeriods: cpu?.throttling_data?.periods ?? null,
        cpuPeriodsThrottled: cpu?.throttling_data?.throttled_periods ?? null,
        cpuMicros: cpu?.cpu_usage?.total_usage == null ? null : cpu.cpu_usage.total_usage / 1_000,
        cpuQuotaCores: null,
        memoryBytes: memory?.usage ?? null,
        memoryLimitBytes: memory?.limit ?? null,
      };
    },
    readArchive: async (container, from, { signal }) => {
      const query = { path: from };
      const action = `read ${from} of container ${container}`;
      const request = { action, method: 'GET', path: path(container, '/archive'), query, signal };
      return z.instanceof(Buffer).parse(await send(request));
    },
    writeArchive: async (container, folder, archive, { signal }) => {
      const query = { path: folder };
      const action = `write to ${folder} of container ${container}`;
      const request = { action, method: 'PUT', path: path(container, '/archive'), query, signal };
      await send({ ...request, archive });
    },
  };
}

export function imageCalls(send: SendRequest): Pick<DockerClient, 'inspectImage'> {
  return {
    inspectImage: async (name, { signal }) => {
      const action = `find image ${name}`;
      const reply = await send({ action, method: 'GET', path: `/images/${name}/json`, signal });
      const { Id, Config } = imageReply.parse(reply);
      return { id: Id, user: Config.User ?? '', labels: Config.Labels };
    },
  };
}

function toNetwork(reply: z.infer<typeof networkReply>): FoundNetwork {
  const subnets = (reply.IPAM?.Config ?? []).flatMap(({ Subnet: text }) => {
    const subnet = text === undefined ? null : parseSubnet(text);
    return subnet === null ? [] : [subnet];
  });
  return {
    id: reply.Id,
    name: reply.Name,
    labels: reply.Labels,
    subnets,
    options: reply.Options,
  };
}

function toContainer(reply: z.infer<typeof containerListReply>): FoundContainer {
  const name = (reply.Names?.[0] ?? '').replace(/^\//, '');
  const publishedPorts: Record<number, number> = {};
  for (const { PrivatePort, PublicPort } of reply.Ports ?? []) {
    // With an IPv4 and an IPv6 binding there are two; the first is as in an inspection.
    if (PublicPort !== undefined) publishedPorts[PrivatePort] ??= PublicPort;
  }
  const { Id: id, State: state, Labels: labels, NetworkSettings: networks } = reply;
  return { id, name, state, labels, publishedPorts, networks };
}
