/**
 * The Docker adapter of the runtime port: each node a container, each repetition two networks.
 * Connects on first use, so that it can be made before anybody knows whether Docker is there.
 */
import { randomInt } from 'node:crypto';
import { cpus } from 'node:os';
import type { Clock } from '../../lib/clock.ts';
import { createRunId } from '../../model/ids.ts';
import type { HostFacts } from '../../model/record.ts';
import { formatOwner, type Owner } from '../owner.ts';
import type { FoundObject, OwnedObject, RemoveOptions, Runtime } from '../runtime.ts';
import { connectDocker } from './connect-docker.ts';
import { type ControlReach, chooseReach, readOwnSurroundings, seesHost } from './control-reach.ts';
import type { CallOptions, DockerClient } from './docker-client.ts';
import { type EndpointSource, resolveEndpoint } from './docker-endpoint.ts';
import { labels, probeName, runIdOf } from './object-names.ts';
import { probeNetem } from './probe-netem.ts';
import { removeObjects } from './remove-objects.ts';
import { resolveImage } from './resolve-image.ts';
import { shaperImage } from './shaper-container.ts';
import { startNetwork } from './start-network.ts';

export interface DockerRuntimeOptions extends EndpointSource {
  /** The controller on whose behalf objects are created. */
  readonly owner: Owner;
  /**
   * Name or address under which the host of a remote daemon is reached, if it is not the one in
   * DOCKER_HOST. Setting it publishes the control ports there, also for a local daemon.
   */
  readonly publicHost?: string | undefined;
}

interface Connection {
  readonly client: DockerClient;
  readonly reach: ControlReach;
}

const REMOVE_MS = 60_000;

export function createDockerRuntime(
  options: DockerRuntimeOptions,
  { clock }: { readonly clock: Clock },
): Runtime {
  let connecting: Promise<Connection> | undefined;
  const connect = (signal: AbortSignal): Promise<Connection> => {
    connecting ??= openConnection(options, clock, signal).catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  };
  return {
    kind: 'docker',
    inspectHosts: async ({ signal }) => [hostFacts(await connect(signal))],
    resolveImage: async (image, { signal }) => {
      const { client } = await connect(signal);
      return resolveImage(client, image, { signal });
    },
    start: async (request, startOptions) => {
      const connection = await connect(startOptions.signal);
      const { owner, environment } = options;
      const image = shaperImage(environment);
      const parts = { ...startOptions, owner, clock, shaperImage: image };
      return startNetwork(connection, request, parts);
    },
    probeNetem: async ({ signal }) => {
      const { client } = await connect(signal);
      // A run of its own: what a killed probe leaves is then found by `clean` like anything else.
      const runId = createRunId(clock.now(), randomInt(36 ** 4) / 36 ** 4);
      const marks = { [labels.run]: runId, [labels.owner]: formatOwner(options.owner) };
      const image = shaperImage(options.environment);
      return probeNetem(client, { image, labels: marks, name: probeName(runId), clock, signal });
    },
    list: async ({ signal }) => listObjects((await connect(signal)).client, { signal }),
    remove: async (objects, removeOptions) => {
      if (objects.length === 0) return;
      const { client } = await connect(removeOptions.signal);
      await removeNamed(client, clock, objects, removeOptions);
    },
    close: async () => {
      const connection = await connecting?.catch(() => undefined);
      connection?.client.close();
      connecting = undefined;
    },
  };
}

async function openConnection(
  options: DockerRuntimeOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<Connection> {
  const endpoint = resolveEndpoint(options);
  const client = await connectDocker(endpoint, { clock, signal });
  const { publicHost } = options;
  const surroundings = readOwnSurroundings();
  const reach = await chooseReach(client, endpoint, { surroundings, publicHost, signal });
  return { client, reach };
}

function hostFacts({ client, reach }: Connection): HostFacts {
  const { info, engineVersion, apiVersion } = client;
  return {
    hostname: info.Name,
    kernel: info.KernelVersion,
    osName: info.OperatingSystem,
    cpuModel: reach.kind !== 'published' ? (cpus()[0]?.model ?? 'unknown') : 'unknown',
    cores: info.NCPU,
    memoryBytes: info.MemTotal,
    cgroupVersion: info.CgroupVersion === '2' ? 2 : info.CgroupVersion === '1' ? 1 : null,
    engineVersion,
    engineApiVersion: apiVersion,
    local: seesHost(reach),
  };
}

async function listObjects(client: DockerClient, options: CallOptions): Promise<FoundObject[]> {
  const [containers, networks] = await Promise.all([
    client.listContainers([labels.run], options),
    client.listNetworks([labels.run], options),
  ]);
  const toObjects = (
    kind: 'container' | 'network',
    found: readonly { name: string; labels: Readonly<Record<string, string>> }[],
  ): FoundObject[] =>
    found.flatMap(({ name, labels: marks }) => {
      const runId = runIdOf(marks);
      const owner = marks[labels.owner] ?? null;
      return runId === undefined ? [] : [{ runtime: 'docker', kind, name, runId, owner }];
    });
  return [...toObjects('container', containers), ...toObjects('network', networks)];
}

/** Removes by name, but only what carries the label of the run that it is said to belong to. */
async function removeNamed(
  client: DockerClient,
  clock: Clock,
  objects: readonly OwnedObject[],
  { signal, onNote }: RemoveOptions,
): Promise<void> {
  for (const runId of new Set(objects.map((object) => object.runId))) {
    const mine = objects.filter((object) => object.runId === runId);
    await removeObjects(client, clock, {
      labels: [`${labels.run}=${runId}`],
      accept: (kind, name) => mine.some((object) => object.kind === kind && object.name === name),
      deadlineMs: REMOVE_MS,
      signal,
      onCutOff: onNote,
    });
  }
}
