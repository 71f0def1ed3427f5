/**
 * The containers that serve the testbed beside its runs: Postgres, Prometheus, Grafana and controller of
 * compose/compose.yaml, known by their label whoever started them. Their load is our own, wherever nodes
 * run. None of this may disturb a run: where the daemon cannot be asked, there are no services.
 */
import type { Clock } from '../../lib/clock.ts';
import { mapPool } from '../../lib/pool.ts';
import { connectDocker } from './connect-docker.ts';
import { chooseReach, readOwnSurroundings, seesHost } from './control-reach.ts';
import type { DockerClient } from './docker-client.ts';
import { type EndpointSource, resolveEndpoint } from './docker-endpoint.ts';
import { labels } from './object-names.ts';

export interface OwnService {
  /** What its label says: `postgres`. */
  readonly name: string;
  /** Root of its processes on this host. */
  readonly pid: number;
}

export interface OwnServices extends AsyncDisposable {
  /** Those that run, by name; another list after one was started again. */
  readonly services: () => readonly OwnService[];
}

/** One that was killed and is back has another process: it is looked for so often. */
const LOOK_MS = 10_000;
const CONNECT_MS = 5_000;
const AT_ONCE = 4;

/** Looks at once and from then on, until it is disposed of. */
export async function watchOwnServices(
  source: EndpointSource,
  { clock }: { readonly clock: Clock },
): Promise<OwnServices> {
  const client = await connectNearby(source, clock);
  const ending = new AbortController();
  let services: readonly OwnService[] = [];
  const look = async (nearby: DockerClient): Promise<void> => {
    const found = await findServices(nearby, ending.signal).catch(() => null);
    services = found ?? services;
  };
  if (client !== null) await look(client);
  const watching = client === null ? null : watch(() => look(client), clock, ending.signal);
  return {
    services: () => services,
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await watching;
      client?.close();
    },
  };
}

async function watch(look: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(LOOK_MS, { signal }).catch(() => undefined);
    if (!signal.aborted) await look();
  }
}

/** @returns null where no daemon answers, or one whose processes are not seen here */
async function connectNearby(source: EndpointSource, clock: Clock): Promise<DockerClient | null> {
  const signal = clock.timeoutSignal(CONNECT_MS);
  try {
    const endpoint = resolveEndpoint(source);
    const client = await connectDocker(endpoint, { clock, signal });
    const surroundings = readOwnSurroundings();
    const options = { surroundings, publicHost: undefined, signal };
    const isNear = await chooseReach(client, endpoint, options).then(seesHost, () => false);
    if (isNear) return client;
    client.close();
    return null;
  } catch {
    return null;
  }
}

/** @throws TestbedError DOCKER_* */
export async function findServices(
  client: Pick<DockerClient, 'listContainers' | 'inspectContainer'>,
  signal: AbortSignal,
): Promise<readonly OwnService[]> {
  const found = await client.listContainers([labels.service], { signal });
  const running = found.filter(({ state }) => state === 'running' || state === 'paused');
  const services = await mapPool(running, AT_ONCE, async ({ id, labels: marks }) => {
    // One that has ended meanwhile has no process.
    const state = await client.inspectContainer(id, { signal }).catch(() => null);
    return { name: marks[labels.service] ?? id, pid: state?.State.Pid ?? 0 };
  });
  return services.filter(({ pid }) => pid > 0).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** In a sentence, for people who wonder whose load it is; null where there are none. */
export function describeServices(services: readonly OwnService[]): string | null {
  if (services.length === 0) return null;
  const names = [...new Set(services.map(({ name }) => name))].join(', ');
  return `Services of this testbed run on this host beside the nodes, and their load counts as its own: ${names}.`;
}
