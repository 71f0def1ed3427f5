import type { Clock } from '../../lib/clock.ts';

/**
 * Time of a simulation, for whoever orders and watches its nodes. It passes only while somebody
 * sleeps and everybody else has nothing left to do; what then happens inside the nodes is carried
 * out first. Without a world attached a sleep is over at once.
 */
export interface VirtualClock extends Clock {
  /** The nodes that live in this time. @returns detaches them */
  attach(world: TimedWorld): () => void;
  /** Somebody waits for an answer that takes virtual time. */
  await<T>(answer: Promise<T>): Promise<T>;
  /** Something is done that takes no time: none passes before it is. */
  hold<T>(done: Promise<T>): Promise<T>;
}

export interface TimedWorld {
  /**
   * Lets time pass up to `untilMs`, less if an answer that somebody waits for comes earlier.
   * @returns the time that it is then
   */
  advance(untilMs: number): Promise<number>;
}

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Nobody sleeps, somebody waits for an answer: so far time may pass in one go. */
const longestStepMs = 60_000;
/** What is going on in this process gets so many turns of its event loop before time passes. */
const calmTurns = 3;

export function createVirtualClock(startUnixMs: number): VirtualClock {
  let nowMs = startUnixMs;
  let world: TimedWorld | null = null;
  let awaited = 0;
  let held = 0;
  let isPassing = false;
  const sleepers = new Set<Sleeper>();
  const deadlines = new Set<Sleeper>();

  const earliest = (of: Iterable<Sleeper>): number => {
    let dueMs = Number.POSITIVE_INFINITY;
    for (const sleeper of of) dueMs = Math.min(dueMs, sleeper.dueMs);
    return dueMs;
  };
  const wakeDue = (): void => {
    for (const set of [deadlines, sleepers]) {
      const due = [...set].filter(({ dueMs }) => dueMs <= nowMs);
      due.sort((a, b) => a.dueMs - b.dueMs);
      for (const sleeper of due) {
        set.delete(sleeper);
        sleeper.wake();
      }
    }
  };
  const pass = async (): Promise<void> => {
    if (isPassing) return;
    isPassing = true;
    try {
      for (;;) {
        for (let turn = 0; turn < calmTurns || held > 0; turn++) await turnOfEventLoop();
        if (sleepers.size === 0 && awaited === 0) return;
        // A deadline alone is no reason for time to pass, unless it is an answer that is late.
        const limits = awaited > 0 ? [nowMs + longestStepMs, earliest(deadlines)] : [];
        const untilMs = Math.min(earliest(sleepers), ...limits);
        const reachedMs = world === null ? untilMs : await world.advance(untilMs);
        nowMs = Math.max(nowMs, reachedMs);
        wakeDue();
      }
    } finally {
      isPassing = false;
    }
  };

  const clock: VirtualClock = {
    now: () => new Date(Math.floor(nowMs)),
    monotonicMs: () => nowMs,
    sleep: (ms, { signal }) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const sleeper = {
          dueMs: nowMs + Math.max(0, ms),
          wake: () => {
            signal.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        const onAbort = (): void => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        sleepers.add(sleeper);
        void pass();
      }),
    timeoutSignal(ms) {
      const controller = new AbortController();
      deadlines.add({
        dueMs: nowMs + ms,
        wake: () => controller.abort(new DOMException('The time is up.', 'TimeoutError')),
      });
      return controller.signal;
    },
    attach(next) {
      world = next;
      return () => {
        if (world === next) world = null;
      };
    },
    async await(answer) {
      awaited += 1;
      void pass();
      try {
        return await answer;
      } finally {
        awaited -= 1;
      }
    },
    async hold(done) {
      held += 1;
      try {
        return await done;
      } finally {
        held -= 1;
      }
    },
  };
  return clock;
}

function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
