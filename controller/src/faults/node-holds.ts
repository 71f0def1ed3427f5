import type { Clock } from '../lib/clock.ts';

/**
 * Nodes that events of the plan hold at the moment, each hold by itself: whoever else looks at nodes asks here before an
 * absence is taken for a failure.
 */
export type HeldState = 'down' | 'frozen';

export interface NodeHolds {
  /** `down` from before it is killed until it takes part again. */
  hold(nodeIndex: number, state: HeldState): void;
  /** Of several holds of that state, one. */
  release(nodeIndex: number, state: HeldState): void;
  isDown(nodeIndex: number): boolean;
  /** Down, or frozen: it answers nobody. */
  isSilent(nodeIndex: number): boolean;
  /**
   * Fires when it is frozen, so that nobody waits for its answer; has fired where it is. One that is
   * down refuses at once, and has to be spoken to before it takes part again.
   */
  untilFrozen(nodeIndex: number): AbortSignal;
  /** Down now or a moment ago, which a look that began then may still show. */
  wasDown(nodeIndex: number): boolean;
}

/** No look at nodes takes longer. */
const MOMENT_MS = 5_000;

export function createNodeHolds(clock: Clock): NodeHolds {
  const held = new Map<number, readonly HeldState[]>();
  const upSinceMs = new Map<number, number>();
  const statesOf = (nodeIndex: number): readonly HeldState[] => held.get(nodeIndex) ?? [];
  const isDown = (nodeIndex: number): boolean => statesOf(nodeIndex).includes('down');
  const speaking = new Map<number, AbortController>();
  const speakingOf = (nodeIndex: number): AbortController => {
    const controller = speaking.get(nodeIndex) ?? new AbortController();
    speaking.set(nodeIndex, controller);
    return controller;
  };
  return {
    hold(nodeIndex, state) {
      held.set(nodeIndex, [...statesOf(nodeIndex), state]);
      if (state === 'frozen') speakingOf(nodeIndex).abort();
    },
    untilFrozen: (nodeIndex) => speakingOf(nodeIndex).signal,
    release(nodeIndex, state) {
      const states = statesOf(nodeIndex);
      const at = states.indexOf(state);
      if (at < 0) return;
      held.set(nodeIndex, states.toSpliced(at, 1));
      if (!statesOf(nodeIndex).includes('frozen')) speaking.delete(nodeIndex);
      if (state === 'down' && !isDown(nodeIndex)) upSinceMs.set(nodeIndex, clock.monotonicMs());
    },
    isDown,
    isSilent: (nodeIndex) => statesOf(nodeIndex).length > 0,
    wasDown(nodeIndex) {
      const sinceMs = upSinceMs.get(nodeIndex);
      const isRecent = sinceMs !== undefined && clock.monotonicMs() - sinceMs < MOMENT_MS;
      return isDown(nodeIndex) || isRecent;
    },
  };
}
