import type { NodeClock } from '../shell/clock.ts';
import type { ProcessMeter } from '../shell/metrics/process-meter.ts';
import type { Machine, Processor } from './machine.ts';

/** Timers of Node.js count whole milliseconds, and none is shorter. */
const timerMsMin = 1;

/** Time and timers of a simulated node: its own clock is the true one. */
export function createNodeTime(machine: Machine, processor: Processor): NodeClock {
  return {
    nowMs: () => processor.nowMs,
    wallMs: () => processor.nowMs,
    soon: processor.soon,
    after(delayMs, action) {
      let isOff = false;
      const dueMs = processor.nowMs + Math.max(timerMsMin, Math.ceil(delayMs));
      const cancel = machine.at(dueMs, () =>
        processor.post(() => {
          if (!isOff) action();
        }),
      );
      return () => {
        isOff = true;
        cancel();
      };
    },
  };
}

/** Memory is not simulated: it is 0 everywhere. */
export function createSimulatedMeter(clock: NodeClock, processor: Processor): ProcessMeter {
  return {
    cpuMicros: () => Math.round(processor.spentMs * 1_000),
    residentBytes: () => 0,
    every(periodMs, action) {
      let cancel = (): void => undefined;
      const again = (): void => {
        cancel = clock.after(periodMs, () => {
          again();
          action();
        });
      };
      again();
      return () => cancel();
    },
    watchLoop() {
      const end = processor.watchWaits();
      return { endMsP99: () => percentile99(end()) };
    },
  };
}

function percentile99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(0.99 * sorted.length) - 1)] ?? 0;
}
