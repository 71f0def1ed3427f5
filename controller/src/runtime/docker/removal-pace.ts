/**
 * How many containers may end at once. Until it stopped keeping a count of its own, Docker lost
 * track of the endpoints of a network when several were taken away at the same moment: the network
 * then has "active endpoints" for ever, and only a restart of the daemon removes it
 * (https://github.com/moby/moby/issues/42119, cause in pull 49736 of 2025). Measured on 20.10: one
 * network of 16 in 40 was lost with 8 at once, none with 1. One at a time costs a tenth of the
 * time, because removal is bound by locks in the daemon anyway.
 */

import { mapPool } from '../../lib/pool.ts';
import type { CallOptions, DockerClient } from './docker-client.ts';

/** The first major version that came out after the repair. */
const REPAIRED_MAJOR = 29;
const PARALLEL = 8;

/** @param engineVersion as the daemon says it: `20.10.24+dfsg1` */
export function endingsAtOnce(engineVersion: string): number {
  return Number.parseInt(engineVersion, 10) >= REPAIRED_MAJOR ? PARALLEL : 1;
}

const SIGNALS_AT_ONCE = 16;

/**
 * Holds the processes of containers still (SIGSTOP) while they wait for their end. Nodes whose
 * peers vanish one by one would otherwise spend all processors on finding them again, and the
 * daemon would get none: measured, 50 of them took three times as long to remove.
 */
export async function holdStill(
  client: DockerClient,
  containers: readonly string[],
  { signal }: CallOptions,
): Promise<void> {
  await mapPool(containers, SIGNALS_AT_ONCE, (id) =>
    // One that has ended cannot be stopped, and need not be.
    client.signalContainer(id, 'SIGSTOP', { signal }).catch(() => signal.throwIfAborted()),
  );
}
