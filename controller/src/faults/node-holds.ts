import type { Clock } from '../lib/clock.ts';

/**
 * Nodes that events of the plan hold at the moment: whoever else looks at nodes asks here before an
 * absence is taken for a failure.
 */
export interface NodeHolds {
  /** `down` from before it is killed until it takes part again. */
  hold(nodeIndex: number, state: 'down' | 'frozen'): void;
  release(nodeIndex: number): void;
  isDown(nodeIndex: number): boolean;
  /** Down, or frozen: it answers nobody. */
  isSilent(nodeIndex: number): boolean;
  /** Down now or a moment ago, which a look that began then may still show. */
  wasDown(nodeIndex: number): boolean;
}

/** No look at nodes takes longer. */
const MOMENT_MS = 5_000;

export function createNodeHolds(clock: Clock): NodeHolds {
  const held = new Map<number, 'down' | 'frozen'>();
  const upSinceMs = new Map<number, number>();
  const isDown = (nodeIndex: number): boolean => held.get(nodeIndex) === 'down';
  return {
    hold: (nodeIndex, state) => void held.set(nodeIndex, state),
    release(nodeIndex) {
      if (isDown(nodeIndex)) upSinceMs.set(nodeIndex, clock.monotonicMs());
      held.delete(nodeIndex);
    },
    isDown,
    isSilent: (nodeIndex) => held.has(nodeIndex),
    wasDown(nodeIndex) {
      const sinceMs = upSinceMs.get(nodeIndex);
      const isRecent = sinceMs !== undefined && clock.monotonicMs() - sinceMs < MOMENT_MS;
      return isDown(nodeIndex) || isRecent;
    },
  };
}
