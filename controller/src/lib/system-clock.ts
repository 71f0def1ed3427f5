import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/** The real clock of this machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, { signal }) => {
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      // Node rejects with its own AbortError; the reason is what callers act on.
      signal.throwIfAborted();
      throw error;
    }
  },
  timeoutSignal: (ms) => AbortSignal.timeout(ms),
};
