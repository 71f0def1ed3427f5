import type { NodeClock } from '../../../../node-image/src/shell/clock.ts';

/** Virtual time: nothing happens until `advance`, then everything in order of its time. */
export interface FakeClock extends NodeClock {
  advance(ms: number): void;
  /** Runs what was asked for `soon`. */
  turn(): void;
  /** From now on timers fire this much later than asked: a stalled event loop. */
  stallMs: number;
}

export function createFakeClock(startMs = 1_000_000, wallOffsetMs = 0): FakeClock {
  let nowMs = startMs;
  let order = 0;
  let soon: (() => void)[] = [];
  const timers = new Set<{ atMs: number; order: number; action: () => void }>();
  const clock: FakeClock = {
    stallMs: 0,
    nowMs: () => nowMs,
    wallMs: () => nowMs + wallOffsetMs,
    soon: (action) => soon.push(action),
    after(delayMs, action) {
      const timer = { atMs: nowMs + delayMs + clock.stallMs, order: order++, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    turn() {
      const actions = soon;
      soon = [];
      for (const action of actions) action();
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        clock.turn();
        const due = [...timers].filter((timer) => timer.atMs <= untilMs);
        due.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
        const [next] = due;
        if (next === undefined) break;
        timers.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.action();
      }
      nowMs = untilMs;
      clock.turn();
    },
  };
  return clock;
}
