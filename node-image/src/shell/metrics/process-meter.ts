import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What the process of a node uses, as its figures tell it; a simulated node has one of its own. */
export interface ProcessMeter {
  /** CPU time so far. */
  cpuMicros(): number;
  residentBytes(): number;
  /** @returns ends it */
  every(periodMs: number, action: () => void): () => void;
  /** How late the event loop is, from now on. */
  watchLoop(): LoopWatch;
}

export interface LoopWatch {
  /** Ends it. @returns 99th percentile, ms */
  endMsP99(): number;
}

/** 25 samples a second; finer ones would wake every node more often than consensus does. */
const LOOP_RESOLUTION_MS = 40;

export const ownProcess: ProcessMeter = {
  cpuMicros() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  residentBytes: () => process.memoryUsage.rss(),
  every(periodMs, action) {
    const timer = setInterval(action, periodMs);
    return () => clearInterval(timer);
  },
  watchLoop() {
    const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
    delay.enable();
    return {
      endMsP99() {
        delay.disable();
        // The monitor measures from tick to tick, so its own period is not delay.
        return Math.max(0, delay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS);
      },
    };
  },
};
