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
  /** The nodes that live in this time are no more. */
  readonly fail: (error: unknown) => void;
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
  const deadlines = createDeadlines();

  const earliest = (of: Iterable<Sleeper>): number => {
    let dueMs = Number.POSITIVE_INFINITY;
    for (const sleeper of of) dueMs = Math.min(dueMs, sleeper.dueMs);
    return dueMs;
  };
  const wakeDue = (): void => {
    for (const deadline of deadlines.takeDue(nowMs)) deadline.wake();
    const due = [...sleepers].filter(({ dueMs }) => dueMs <= nowMs);
    due.sort((a, b) => a.dueMs - b.dueMs);
    for (const sleeper of due) {
      sleepers.delete(sleeper);
      sleeper.wake();
    }
  };
  /** Nobody waits for a time that does not come. */
  const failAll = (error: unknown): void => {
    const all = [...sleepers, ...deadlines.takeDue(Number.POSITIVE_INFINITY)];
    sleepers.clear();
    for (const { fail } of all) fail(error);
  };
  const pass = async (): Promise<void> => {
    if (isPassing) return;
    isPassing = true;
    try {
      for (;;) {
        for (let turn = 0; turn < calmTurns || held > 0; turn++) await turnOfEventLoop();
        if (sleepers.size === 0 && awaited === 0) return;
        // A deadline alone is no reason for time to pass, unless it is an answer that is late.
        const limits = awaited > 0 ? [nowMs + longestStepMs, deadlines.nextMs] : [];
        const untilMs = Math.min(earliest(sleepers), ...limits);
        const living = world;
        try {
          nowMs = Math.max(nowMs, living === null ? untilMs : await living.advance(untilMs));
        } catch (error) {
          // A network that was ended on purpose leaves time to those who go on without it.
          if (world !== living) continue;
          failAll(error);
          return;
        }
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
          fail: (error: unknown) => {
            signal.removeEventListener('abort', onAbort);
            reject(error);
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
        fail: (error) => controller.abort(error),
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

interface Deadlines {
  /** Infinity without any. */
  readonly nextMs: number;
  add(deadline: Sleeper): void;
  /** In order of time. */
  takeDue(nowMs: number): Sleeper[];
}

/** Every call has one, and few are ever reached: thousands wait at once. The next one is the last. */
function createDeadlines(): Deadlines {
  const sorted: Sleeper[] = [];
  return {
    get nextMs() {
      return sorted.at(-1)?.dueMs ?? Number.POSITIVE_INFINITY;
    },
    add(deadline) {
      let low = 0;
      let high = sorted.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((sorted[middle]?.dueMs ?? 0) > deadline.dueMs) low = middle + 1;
        else high = middle;
      }
      sorted.splice(low, 0, deadline);
    },
    takeDue(nowMs) {
      const due: Sleeper[] = [];
      for (
        let last = sorted.at(-1);
        last !== undefined && last.dueMs <= nowMs;
        last = sorted.at(-1)
      ) {
        sorted.pop();
        due.push(last);
      }
      return due;
    },
  };
}

function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
