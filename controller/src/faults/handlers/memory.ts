import { formatBytes } from '../../lib/units.ts';
import type { Witness } from '../../model/timeline.ts';
import type { NodeSighting } from '../../runtime/runtime.ts';
import type { FaultHandler } from '../fault.ts';

/**
 * Less memory while it lasts, as the kernel itself says, at both ends of that time; and the node
 * within it, or killed for it.
 */
export const memory: FaultHandler<'memory'> = (node, { memoryBytes }) => {
  const { nodeIndex, processes } = node;
  let hasBegun = false;
  return {
    async begin(options) {
      await processes.limit(nodeIndex, { memoryBytes }, options);
      hasBegun = true;
      return memoryWitness(memoryBytes, await processes.sighting(nodeIndex, options));
    },
    async end(options) {
      try {
        const seen = await processes.sighting(nodeIndex, options);
        return hasBegun ? memoryWitness(memoryBytes, seen) : null;
      } finally {
        await processes.restoreLimits(nodeIndex, 'memoryBytes', options);
      }
    },
  };
};

/** The kernel counts in pages. */
const PAGE_BYTES = 65_536;

export function memoryWitness(asked: number, seen: NodeSighting): Witness | null {
  const { memoryLimitBytes: limit, memoryBytes: used, oomKilled } = seen;
  const of = `of ${formatBytes(asked)} asked for`;
  if (oomKilled) {
    const text = `the kernel killed it for want of memory, ${of}`;
    return { quantity: 'memory-limit', text, value: limit, limit: asked, isSeen: true };
  }
  // Whoever has ended, otherwise than by this, shows nothing of it.
  if (seen.state === 'gone') return null;
  const was = limit === null ? 'no limit' : formatBytes(limit);
  if (limit === null || Math.abs(limit - asked) >= PAGE_BYTES) {
    const text = `it was given ${was} of memory, ${of}`;
    return { quantity: 'memory-limit', text, value: limit, limit: asked, isSeen: false };
  }
  if (used === null) return null;
  return {
    quantity: 'memory-used',
    text: `it used ${formatBytes(used)} of the ${was} that it was given`,
    value: used,
    limit: asked,
    isSeen: used <= asked + PAGE_BYTES,
  };
}
