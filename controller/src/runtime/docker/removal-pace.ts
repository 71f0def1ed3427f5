/**
 * How containers are ended. Until it stopped keeping a count of its own, Docker lost track of the
 * endpoints of a network when several were taken away at the same moment: the network then has
 * "active endpoints" for ever, and only a restart of the daemon removes it
 * (https://github.com/moby/moby/issues/42119, cause in pull 49736 of 2025). Measured on 20.10: one
 * network of 16 in 40 was lost with 8 at once, none with 1. So the processes of containers end one
 * at a time, which is when Docker takes them off their networks, and only the rest of the removal
 * is done side by side.
 *
 * To detach them before they end is faster (0.92 against 1.31 of 8 at once, for sleepers). But then
 * nobody sees their connections end: 50 nodes leave 1,225 entries in the host's connection tracking
 * for five days, and with 10,000 of those every removal takes half as long again. So only nodes
 * that have closed their connections are detached first: see end-nodes.ts.
 */

import { createLane } from '../../lib/lane.ts';
import { mapPool } from '../../lib/pool.ts';
import type { CallOptions, DockerClient } from './docker-client.ts';

/** The first major version that came out after the repair. */
const REPAIRED_MAJOR = 29;
export const AT_ONCE = 8;
const SIGNALS_AT_ONCE = 16;

export interface EndingContainer {
  readonly id: string;
  /** Whether it has processes, stopped or not. */
  readonly isAlive: boolean;
}

export interface Ending {
  /** Resolves when the container's processes have ended and Docker has let go of its networks. */
  readonly end: (container: EndingContainer) => Promise<void>;
  /** Whatever is to be done with it afterwards. */
  readonly finish?: (container: EndingContainer) => Promise<void>;
}

/** @param engineVersion as the daemon says it: `20.10.24+dfsg1` */
export function losesCount(engineVersion: string): boolean {
  return !(Number.parseInt(engineVersion, 10) >= REPAIRED_MAJOR);
}

/** Ends each that is alive, as many at once as the daemon can count, and finishes it. */
export async function endContainers(
  client: DockerClient,
  containers: readonly EndingContainer[],
  { end, finish = async () => undefined }: Ending,
  { signal }: CallOptions,
): Promise<void> {
  const alive = containers.filter(({ isAlive }) => isAlive);
  const isSerial = losesCount(client.engineVersion);
  if (isSerial && alive.length > 1) await holdStill(client, alive, { signal });
  const inTurn = createLane();
  await mapPool(containers, AT_ONCE, async (container) => {
    if (container.isAlive && isSerial) {
      await inTurn(() => end(container));
    } else if (container.isAlive) {
      await end(container);
    }
    await finish(container);
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
  await mapPool(containers, SIGNALS_AT_ONCE, ({ id }) =>
    // One that has ended meanwhile cannot be stopped, and need not be.
    client.signalContainer(id, 'SIGSTOP', { signal }).catch(() => signal.throwIfAborted()),
  );
}
