import { performance } from 'node:perf_hooks';
import type { Timers } from './transport/timers.ts';

/** Time and timers of a real node; tests bring their own. */
export interface NodeClock extends Timers {
  /** The wall clock as it is, Unix milliseconds. */
  wallMs(): number;
}

/** `nowMs` is anchored to the wall clock once, then monotonic. */
export function createNodeClock(): NodeClock {
  const originMs = performance.timeOrigin;
  return {
    nowMs: () => originMs + performance.now(),
    wallMs: () => Date.now(),
    soon(action) {
      setImmediate(action);
    },
    after(delayMs, action) {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
