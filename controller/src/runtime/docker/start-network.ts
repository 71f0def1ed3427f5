/** Brings up one network of nodes in Docker, whole or not at all. */
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import { formatOwner, type Owner } from '../owner.ts';
import type { RunningNetwork, StartOptions, StartRequest } from '../runtime.ts';
import { fitResources } from './container-spec.ts';
import type { ControlReach } from './control-reach.ts';
import { createBridges, readRoutes } from './create-bridges.ts';
import type { DockerClient } from './docker-client.ts';
import { bridgeName, plannedObjects } from './object-names.ts';
import { createRunningNetwork, removeNetworkOf } from './running-network.ts';
import { startNodes } from './start-nodes.ts';

/**
 * Announces everything to the ledger, creates it, and takes all of it away again if anything
 * fails or the signal fires.
 */
export async function startNetwork(
  { client, reach }: { readonly client: DockerClient; readonly reach: ControlReach },
  request: StartRequest,
  options: StartOptions & { readonly owner: Owner; readonly clock: Clock },
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
    const progress = onNodeStarted === undefined ? {} : { onNodeStarted };
    const startOptions = { signal, owner, bridges, reach, ...progress };
    const nodes = await startNodes(client, fittedRequest, startOptions);
    signal.throwIfAborted();
    return createRunningNetwork({ ...base, nodes, createdAt, warnings: fitted.warnings });
  } catch (error) {
    await removeNetworkOf(base).catch((removal: unknown) => {
      throw alsoNotRemoved(error, removal);
    });
    throw error;
  }
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
