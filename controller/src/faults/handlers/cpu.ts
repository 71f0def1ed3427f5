import type { Witness } from '../../model/timeline.ts';
import type { NodeSighting } from '../../runtime/runtime.ts';
import type { FaultHandler } from '../fault.ts';

/** Fewer cores while it lasts; the scheduler's own counters say whether that was felt. */
export const cpu: FaultHandler<'cpu'> = (node, { cpus }) => {
  const { nodeIndex, processes } = node;
  let throttledBefore: number | null = null;
  return {
    async begin(options) {
      throttledBefore = (await processes.sighting(nodeIndex, options)).cpuPeriodsThrottled;
      await processes.limit(nodeIndex, { cpus }, options);
      return limitWitness(cpus, await processes.sighting(nodeIndex, options));
    },
    async end(options) {
      let throttledAfter: number | null = null;
      try {
        throttledAfter = (await processes.sighting(nodeIndex, options)).cpuPeriodsThrottled;
      } finally {
        await processes.restoreLimits(nodeIndex, 'cpus', options);
      }
      if (throttledBefore === null || throttledAfter === null) return null;
      const periods = throttledAfter - throttledBefore;
      // A node that wants less than it is left with is not held back, and has the limit all the same.
      return periods > 0 ? throttledWitness(periods) : null;
    },
  };
};

function limitWitness(cpus: number, seen: NodeSighting): Witness {
  const isSeen = seen.cpus !== null && Math.abs(seen.cpus - cpus) < 0.01;
  const text = `it was given ${seen.cpus ?? 'all'} cores, of ${cpus} asked for`;
  return { quantity: 'cpu-limit', text, value: seen.cpus, limit: cpus, isSeen };
}

function throttledWitness(periods: number): Witness {
  const text = `it was held back in ${periods} periods of the scheduler`;
  return { quantity: 'periods-throttled', text, value: periods, limit: 1, isSeen: true };
}
