/**
 * How many containers may end at once. Until it stopped keeping a count of its own, Docker lost
 * track of the endpoints of a network when several were taken away at the same moment: the network
 * then has "active endpoints" for ever, and only a restart of the daemon removes it
 * (https://github.com/moby/moby/issues/42119, cause in pull 49736 of 2025). Measured on 20.10: one
 * network of 16 in 40 was lost with 8 at once, none with 1. One at a time costs a tenth of the
 * time, because removal is bound by locks in the daemon anyway.
 */

/** The first major version that came out after the repair. */
const REPAIRED_MAJOR = 29;
const PARALLEL = 8;

/** @param engineVersion as the daemon says it: `20.10.24+dfsg1` */
export function endingsAtOnce(engineVersion: string): number {
  return Number.parseInt(engineVersion, 10) >= REPAIRED_MAJOR ? PARALLEL : 1;
}
