import type { Witness } from '../../model/timeline.ts';
import type { FaultHandler, FaultNode, FaultOptions } from '../fault.ts';

/** Every process of the node stands still; connections stay. */
export const pause: FaultHandler<'pause'> = (node) => {
  const { nodeIndex, processes, holds, clock, onThaw } = node;
  let sinceMs: number | null = null;
  return {
    async begin(options) {
      holds.hold(nodeIndex, 'frozen');
      await processes.pause(nodeIndex, options);
      const isFrozen = await stands(node, options);
      if (isFrozen) sinceMs = clock.monotonicMs();
      return isFrozen ? null : frozenWitness(0, false);
    },
    async end(options) {
      let wasFrozen = false;
      let frozenMs = 0;
      try {
        // It may have been let go by somebody else meanwhile: then it was not paused for so long.
        wasFrozen = sinceMs !== null && (await stands(node, options));
        frozenMs = sinceMs === null ? 0 : clock.monotonicMs() - sinceMs;
      } finally {
        // Whatever could be seen of it, nothing may stay frozen.
        await processes.resume(nodeIndex, options);
        holds.release(nodeIndex, 'frozen');
      }
      await onThaw(nodeIndex, options);
      return frozenWitness(frozenMs, wasFrozen);
    },
  };
};

async function stands(
  { nodeIndex, processes }: FaultNode,
  options: FaultOptions,
): Promise<boolean> {
  return (await processes.sighting(nodeIndex, options)).state === 'paused';
}

function frozenWitness(frozenMs: number, isSeen: boolean): Witness {
  const text = isSeen
    ? `its processes stood still for ${Math.round(frozenMs)} ms`
    : 'its processes ran on, or again';
  return { quantity: 'process-frozen', text, value: frozenMs, limit: null, isSeen };
}
