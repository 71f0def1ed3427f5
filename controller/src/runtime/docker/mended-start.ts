/**
 * What is worth a second attempt while a network is started: neither is the network's fault, and
 * both are over when it is told. A daemon that restarts is away for some seconds; a prune of unused
 * networks takes ours while nothing hangs on them yet.
 */
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import type { StartRequest } from '../runtime.ts';
import type { DockerClient } from './docker-client.ts';
import { bridgeName, labels } from './object-names.ts';
import { dockerReason } from './translate-docker-error.ts';

export type Disruption =
  | { readonly kind: 'away'; readonly text: string }
  | { readonly kind: 'pruned'; readonly text: string };

interface StartingNetwork {
  readonly request: StartRequest;
  readonly client: DockerClient;
  readonly clock: Clock;
}

const LOOK_MS = 5_000;

/**
 * @param made whether both networks had been made when it failed
 * @returns null if the error is of another kind
 */
export async function findDisruption(
  error: unknown,
  made: boolean,
  { request, client, clock }: StartingNetwork,
): Promise<Disruption | null> {
  if (isAway(error)) {
    return { kind: 'away', text: 'the Docker daemon went away while its nodes were being started' };
  }
  if (!made) return null;
  const { networkName } = request;
  const mine = [`${labels.network}=${networkName}`];
  const found = await client
    .listNetworks(mine, { signal: clock.timeoutSignal(LOOK_MS) })
    .catch(() => null);
  if (found === null) return null;
  const names = new Set(found.map(({ name }) => name));
  const lost = (['data', 'control'] as const)
    .map((role) => bridgeName(networkName, role))
    .filter((name) => !names.has(name));
  if (lost.length === 0) return null;
  return {
    kind: 'pruned',
    text: `somebody else removed ${lost.join(' and ')} while its nodes were being started`,
  };
}

/** The same again: it is no accident. */
export function persistent({ text }: Disruption, cause: unknown): TestbedError {
  return new TestbedError(
    'NODE_START_FAILED',
    `No network could be started: ${text}, also after it had been made again.`,
    {
      hint:
        'Find what removes unused networks on this host (docker network prune, docker system ' +
        'prune, a timer that calls them), and keep it off while a run is under way.',
      cause,
    },
  );
}

/** Whatever was wrapped around it. */
function isAway(error: unknown): boolean {
  if (dockerReason(error) === 'unreachable') return true;
  return error instanceof TestbedError && error.cause !== undefined && isAway(error.cause);
}
