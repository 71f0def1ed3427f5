/** Brings up one network of nodes in Docker, whole or not at all. */
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import { formatOwner, type Owner } from '../owner.ts';
import type { RunningNetwork, StartOptions, StartRequest } from '../runtime.ts';
import { fitResources } from './container-spec.ts';
import type { ControlReach } from './control-reach.ts';
import { createBridges, readRoutes } from './create-bridges.ts';
import { watchDisturbances } from './disturbances.ts';
import type { DockerClient } from './docker-client.ts';
import { createNodeContainers } from './node-containers.ts';
import { createNodeNamespaces } from './node-namespaces.ts';
import { bridgeName, plannedObjects } from './object-names.ts';
import { readOomKills } from './oom-kills.ts';
import { createRunningNetwork, removeNetworkOf } from './running-network.ts';
import { resolveShaperImage, startShaper } from './shaper-container.ts';
import { startNodes } from './start-nodes.ts';

export interface StartNetworkOptions extends StartOptions {
  readonly owner: Owner;
  readonly clock: Clock;
  /** Image of the helper, for a network that is to be shaped. */
  readonly shaperImage: string;
}

/**
 * Announces everything to the ledger, creates it, and takes all of it away again if anything
 * fails or the signal fires.
 */
export async function startNetwork(
  { client, reach }: { readonly client: DockerClient; readonly reach: ControlReach },
  request: StartRequest,
  options: StartNetworkOptions,
): Promise<RunningNetwork> {
  const { signal, ledger, clock, onNodeStarted } = options;
  const owner = formatOwner(options.owner);
  const fitted = fitResources(request.resources, client.info);
  const fittedRequest = { ...request, resources: fitted.resources };
  const control = bridgeName(request.networkName, 'control');
  const release = async (releaseSignal: AbortSignal): Promise<void> => {
    if (reach.kind !== 'joined') return;
    // Fails when the network was never made or joined; removal lets go of it then.
    await client
      .disconnectNetwork(control, reach.ownContainer, { signal: releaseSignal })
      .catch(() => undefined);
  };
  const base = { request, client, clock, ledger, release };
  signal.throwIfAborted();
  const shaperImageId = request.shaped
    ? await resolveShaperImage(client, options.shaperImage, { signal })
    : null;
  await ledger.intend(plannedObjects(request));
  try {
    const routes = reach.kind === 'published' ? [] : await readRoutes();
    const controlInternal = reach.kind !== 'published';
    const bridgeOptions = { owner, controlInternal, routes, signal };
    const bridges = await createBridges(client, request, bridgeOptions);
    if (reach.kind === 'joined') {
      const never = { signal: new AbortController().signal };
      await client.connectNetwork(control, reach.ownContainer, null, never);
    }
    const createdAt = clock.now();
    const oomKillsBefore = await readOomKills(reach);
    const progress = onNodeStarted === undefined ? {} : { onNodeStarted };
    const startOptions = { owner, bridges, reach, ...progress };
    const [nodes, helper] = await bothOrFirstError(
      (startSignal) => startNodes(client, fittedRequest, { ...startOptions, signal: startSignal }),
      async () =>
        shaperImageId === null
          ? null
          : startShaper(client, request, { owner, imageId: shaperImageId }),
      signal,
    );
    signal.throwIfAborted();
    const access = { nodes, client, clock };
    return createRunningNetwork({
      ...base,
      nodes,
      createdAt,
      oomKillsBefore,
      readOomKills: () => readOomKills(reach),
      warnings: fitted.warnings,
      namespaces: helper === null ? null : createNodeNamespaces({ helper, ...access }),
      processes: createNodeContainers(nodes, reach, access),
      disturbances: watchDisturbances(nodes, bridgeName(request.networkName, 'data'), access),
    });
  } catch (error) {
    await removeNetworkOf(base).catch((removal: unknown) => {
      throw alsoNotRemoved(error, removal);
    });
    throw error;
  }
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
