import type { Witness } from '../../model/timeline.ts';
import type { NodeSighting } from '../../runtime/runtime.ts';
import type { FaultHandler } from '../fault.ts';

/**
 * Fewer cores while it lasts. The kernel's own quota says that it holds; periods in which the
 * scheduler held the node back say that it was felt, and for a node that wanted less, what it used.
 */
export const cpu: FaultHandler<'cpu'> = (node, { cpus }) => {
  const { nodeIndex, processes, clock } = node;
  let before: { readonly seen: NodeSighting; readonly atMs: number } | null = null;
  return {
    async begin(options) {
      await processes.limit(nodeIndex, { cpus }, options);
      const seen = await processes.sighting(nodeIndex, options);
      before = { seen, atMs: clock.monotonicMs() };
      // What it does to the node is known when it is over.
      return hasQuota(seen, cpus) ? null : quotaWitness(seen, cpus);
    },
    async end(options) {
      try {
        const seen = await processes.sighting(nodeIndex, options);
        if (before === null) return null;
        return squeezeWitness(cpus, before.seen, seen, clock.monotonicMs() - before.atMs);
      } finally {
        await processes.restoreLimits(nodeIndex, 'cpus', options);
      }
    },
  };
};

/** The scheduler settles in periods of 100 ms, and a node has many threads: so much more is no lack. */
const SLACK_RATIO = 1.2;
const SLACK_MICROS = 100_000;

/** @param lastedMs between the two sightings */
export function squeezeWitness(
  cpus: number,
  before: NodeSighting,
  after: NodeSighting,
  lastedMs: number,
): Witness | null {
  if (!hasQuota(before, cpus)) return quotaWitness(before, cpus);
  if (!hasQuota(after, cpus)) return quotaWitness(after, cpus);
  const used = growth(before.cpuMicros, after.cpuMicros);
  const allowedMicros = cpus * lastedMs * 1_000;
  if (used !== null && used > allowedMicros * SLACK_RATIO + SLACK_MICROS) {
    return usedWitness(used, cpus, lastedMs, false);
  }
  const periods = growth(before.cpuPeriodsThrottled, after.cpuPeriodsThrottled);
  if (periods !== null && periods > 0) {
    const text = `it was held back in ${periods} periods of the scheduler`;
    return { quantity: 'periods-throttled', text, value: periods, limit: 1, isSeen: true };
  }
  return used === null ? null : usedWitness(used, cpus, lastedMs, true);
}

/** Of a process that began anew meanwhile: what it used since. */
function growth(before: number | null, after: number | null): number | null {
  if (before === null || after === null) return null;
  return after < before ? after : after - before;
}

function hasQuota(seen: NodeSighting, cpus: number): boolean {
  return seen.cpus !== null && Math.abs(seen.cpus - cpus) < 0.01;
}

function quotaWitness(seen: NodeSighting, cpus: number): Witness {
  const text = `its quota was ${seen.cpus ?? 'all'} cores, of ${cpus} asked for`;
  return { quantity: 'cpu-limit', text, value: seen.cpus, limit: cpus, isSeen: false };
}

function usedWitness(micros: number, cpus: number, lastedMs: number, isSeen: boolean): Witness {
  const cores = micros / Math.max(1, lastedMs * 1_000);
  const used = `${Number(cores.toPrecision(2))} cores of ${cpus}`;
  const text = isSeen
    ? `it was idle: it used ${used} that it was left with`
    : `it used ${used} that it was to be left with`;
  return { quantity: 'cpu-used', text, value: cores, limit: cpus, isSeen };
}
