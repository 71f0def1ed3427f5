/**
 * How containers are ended. Until it stopped keeping a count of its own, Docker lost track of the
 * endpoints of a network when several were taken away at the same moment: the network then has
 * "active endpoints" for ever, and only a restart of the daemon removes it
 * (https://github.com/moby/moby/issues/42119, cause in pull 49736 of 2025). Measured on 20.10: one
 * network of 16 in 40 was lost with 8 at once, none with 1. So containers are taken off their
 * networks one at a time, and only then end side by side.
 */

import { mapPool } from '../../lib/pool.ts';
import type { CallOptions, DockerClient } from './docker-client.ts';

/** The first major version that came out after the repair. */
const REPAIRED_MAJOR = 29;
const ENDS_AT_ONCE = 8;
const SIGNALS_AT_ONCE = 16;

export interface EndingContainer {
  readonly id: string;
  /** What of ours it may hang on, by name or id; none for a container that does not run. */
  readonly networks: readonly string[];
}

/** @param engineVersion as the daemon says it: `20.10.24+dfsg1` */
export function losesCount(engineVersion: string): boolean {
  return !(Number.parseInt(engineVersion, 10) >= REPAIRED_MAJOR);
}

/**
 * Calls `end` for each, several at once; before that the container's processes are held still, and
 * it is taken off its networks where the daemon would lose count of them.
 */
export async function endContainers<T extends EndingContainer>(
  client: DockerClient,
  containers: readonly T[],
  end: (container: T) => Promise<void>,
  { signal }: CallOptions,
): Promise<void> {
  await holdStill(client, containers, { signal });
  const isSerial = losesCount(client.engineVersion);
  let turn = Promise.resolve();
  await mapPool(containers, ENDS_AT_ONCE, async (container) => {
    if (isSerial) {
      turn = turn.then(() => takeOff(client, container, { signal }));
      await turn;
    }
    await end(container);
  });
}

/**
 * Holds the processes still (SIGSTOP) while they wait for their end. Nodes whose peers vanish one
 * by one would otherwise spend all processors on finding them again, and the daemon would get
 * none: measured, 50 of them took three times as long to remove.
 */
async function holdStill(
  client: DockerClient,
  containers: readonly EndingContainer[],
  { signal }: CallOptions,
): Promise<void> {
  await mapPool(containers, SIGNALS_AT_ONCE, async ({ id, networks }) => {
    if (networks.length === 0) return;
    // One that has ended meanwhile cannot be stopped, and need not be.
    await client.signalContainer(id, 'SIGSTOP', { signal }).catch(() => signal.throwIfAborted());
  });
}

async function takeOff(
  client: DockerClient,
  { id, networks }: EndingContainer,
  { signal }: CallOptions,
): Promise<void> {
  for (const network of networks) {
    // If it hangs there no longer, all the better; whatever else is wrong, its removal will tell.
    await client.disconnectNetwork(network, id, { signal }).catch(() => signal.throwIfAborted());
  }
}
