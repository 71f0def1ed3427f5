import { formatBytes } from '../../lib/units.ts';
import type { FaultHandler } from '../fault.ts';

/** Less memory while it lasts, as the kernel itself says. */
export const memory: FaultHandler<'memory'> = (node, { memoryBytes }) => {
  const { nodeIndex, processes } = node;
  return {
    async begin(options) {
      await processes.limit(nodeIndex, { memoryBytes }, options);
      const { memoryLimitBytes } = await processes.sighting(nodeIndex, options);
      const seen = memoryLimitBytes === null ? 'no limit' : formatBytes(memoryLimitBytes);
      return {
        quantity: 'memory-limit',
        text: `it was given ${seen} of memory, of ${formatBytes(memoryBytes)} asked for`,
        value: memoryLimitBytes,
        limit: memoryBytes,
        // The kernel counts in pages.
        isSeen: memoryLimitBytes !== null && Math.abs(memoryLimitBytes - memoryBytes) < PAGE_BYTES,
      };
    },
    async end(options) {
      await processes.restoreLimits(nodeIndex, 'memoryBytes', options);
      return null;
    },
  };
};

const PAGE_BYTES = 65_536;
