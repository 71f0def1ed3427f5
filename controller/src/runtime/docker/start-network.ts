/** Brings up one network of nodes in Docker, whole or not at all. */
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import { formatOwner, type Owner } from '../owner.ts';
import type { RunningNetwork, StartOptions, StartRequest } from '../runtime.ts';
import { fitResources } from './container-spec.ts';
import type { ControlReach } from './control-reach.ts';
import { type Bridges, createBridges, readRoutes } from './create-bridges.ts';
import { watchDisturbances } from './disturbances.ts';
import type { DockerClient } from './docker-client.ts';
import { findDisruption, persistent } from './mended-start.ts';
import { createNodeContainers } from './node-containers.ts';
import { createNodeNamespaces } from './node-namespaces.ts';
import { bridgeName, plannedObjects } from './object-names.ts';
import { readOomKills } from './oom-kills.ts';
import { createRunningNetwork, removeNetworkOf } from './running-network.ts';
import { resolveShaperImage, startShaper } from './shaper-container.ts';
import { noteAddress, publishedPortOf, startNodes } from './start-nodes.ts';

export interface StartNetworkOptions extends StartOptions {
  readonly owner: Owner;
  readonly clock: Clock;
  /** Image of the helper, for a network that is to be shaped. */
  readonly shaperImage: string;
}

interface Daemon {
  readonly client: DockerClient;
  readonly reach: ControlReach;
}

type RemovalParts = Parameters<typeof removeNetworkOf>[0];

/**
 * Announces everything to the ledger, creates it, and takes all of it away again if anything
 * fails or the signal fires. What was disrupted from outside is tried once more, and told.
 */
export async function startNetwork(
  daemon: Daemon,
  request: StartRequest,
  options: StartNetworkOptions,
): Promise<RunningNetwork> {
  const { signal, ledger, clock } = options;
  const { client } = daemon;
  // Grows until the network is removed: what is done then belongs to the record as well.
  const warnings: string[] = [];
  const base = {
    request,
    client,
    clock,
    ledger,
    release: releaseOf(daemon, request),
    onCutOff: (text: string): void => void warnings.push(text),
  };
  for (let disrupted = false; ; disrupted = true) {
    const progress: StartProgress = { stage: 'looking' };
    try {
      return await startOnce(daemon, { ...base, warnings }, options, progress);
    } catch (error) {
      const isMade = progress.stage === 'made';
      const found = signal.aborted ? null : await findDisruption(error, isMade, base);
      // Also waits for a daemon that is away, within bounds.
      if (progress.stage !== 'looking' || found !== null) {
        await removeNetworkOf(base).catch((removal: unknown) => {
          throw alsoNotRemoved(error, removal);
        });
      }
      signal.throwIfAborted();
      if (found === null) throw error;
      if (disrupted) throw found.kind === 'pruned' ? persistent(found, error) : error;
      options.onStartedAgain?.(`Network ${request.networkName} was started again: ${found.text}.`);
    }
  }
}

interface StartProgress {
  /** `announced`: objects may exist; `made`: both networks did. */
  stage: 'looking' | 'announced' | 'made';
}

/** Leaves what it has created when it fails. */
async function startOnce(
  { client, reach }: Daemon,
  base: RemovalParts & { readonly warnings: string[] },
  options: StartNetworkOptions,
  progress: StartProgress,
): Promise<RunningNetwork> {
  const { signal, ledger, clock, onNodeStarted } = options;
  const { request } = base;
  const owner = formatOwner(options.owner);
  const fitted = fitResources(
    request.nodes.map(({ resources }) => resources),
    client.info,
  );
  signal.throwIfAborted();
  const shaperImageId = request.shaped
    ? await resolveShaperImage(client, options.shaperImage, { signal })
    : null;
  progress.stage = 'announced';
  await ledger.intend(plannedObjects(request));
  const bridges = await makeBridges({ client, reach }, request, { owner, signal });
  progress.stage = 'made';
  const createdAt = clock.now();
  const oomKillsBefore = await readOomKills(reach);
  const telling = onNodeStarted === undefined ? {} : { onNodeStarted };
  const startOptions = { owner, bridges, reach, ...telling };
  const nodesToStart = request.nodes.map((node, at) => ({
    ...node,
    resources: fitted.resources[at] ?? node.resources,
  }));
  const fittedRequest = { ...request, nodes: nodesToStart };
  const [nodes, helper] = await bothOrFirstError(
    (startSignal) => startNodes(client, fittedRequest, { ...startOptions, signal: startSignal }),
    async () =>
      shaperImageId === null
        ? null
        : startShaper(client, request, { owner, imageId: shaperImageId }),
    signal,
  );
  signal.throwIfAborted();
  base.warnings.push(...fitted.warnings);
  const access = { nodes, client, clock };
  return createRunningNetwork({
    ...base,
    nodes,
    reach,
    createdAt,
    oomKillsBefore,
    readOomKills: () => readOomKills(reach),
    namespaces: helper === null ? null : createNodeNamespaces({ helper, ...access }),
    processes: createNodeContainers(nodes, reach, access),
    disturbances: watchDisturbances(nodes, bridgeName(request.networkName, 'data'), {
      ...access,
      onLook: (nodeIndex, state) => {
        const node = nodes[nodeIndex];
        if (node !== undefined) noteAddress(node, reach, publishedPortOf(state));
      },
    }),
  });
}

async function makeBridges(
  { client, reach }: Daemon,
  request: StartRequest,
  { owner, signal }: { readonly owner: string; readonly signal: AbortSignal },
): Promise<Bridges> {
  const isPublished = reach.kind === 'published';
  const routes = isPublished ? [] : await readRoutes();
  const options = { owner, controlInternal: !isPublished, routes, signal };
  const bridges = await createBridges(client, request, options);
  if (reach.kind === 'joined') {
    const control = bridgeName(request.networkName, 'control');
    const never = { signal: new AbortController().signal };
    await client.connectNetwork(control, reach.ownContainer, null, never);
  }
  return bridges;
}

function releaseOf({ client, reach }: Daemon, request: StartRequest): RemovalParts['release'] {
  return async (signal) => {
    if (reach.kind !== 'joined') return;
    const control = bridgeName(request.networkName, 'control');
    // Fails when the network was never made or joined; removal lets go of it then.
    await client.disconnectNetwork(control, reach.ownContainer, { signal }).catch(() => undefined);
  };
}

/**
 * Both at once. If the second fails the first is called off, and awaited all the same: what is
 * under way must be over before anything is removed.
 */
async function bothOrFirstError<A, B>(
  first: (signal: AbortSignal) => Promise<A>,
  second: () => Promise<B>,
  signal: AbortSignal,
): Promise<[A, B]> {
  const failure = new AbortController();
  const outcomes = await Promise.allSettled([
    first(AbortSignal.any([signal, failure.signal])),
    second().catch((error: unknown) => {
      failure.abort(error);
      throw error;
    }),
  ]);
  const [a, b] = outcomes;
  if (a.status === 'rejected') throw a.reason;
  if (b.status === 'rejected') throw b.reason;
  return [a.value, b.value];
}

/** Two failures, of which neither may hide the other. */
function alsoNotRemoved(error: unknown, removal: unknown): TestbedError {
  const first = error instanceof TestbedError ? error : null;
  return new TestbedError(
    first?.code ?? 'DOCKER_FAILED',
    `${messageOf(error)} And what had been created is still there: ${messageOf(removal)}`,
    { hint: 'Remove it with: ./scripts/testbed clean', cause: error },
  );
}
