import { performance } from 'node:perf_hooks';
import type { Timers } from './transport/mesh.ts';

/** Time and timers of a real node; tests bring their own. */
export interface NodeClock extends Timers {
  /** Unix milliseconds with fractions that never run backwards: anchored once, then monotonic. */
  nowMs(): number;
  /** The wall clock as it is, Unix milliseconds. */
  wallMs(): number;
}

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
