import { createEventQueue } from './event-queue.ts';

/** Costs are in microseconds, time is in milliseconds. */
export const microsPerMs = 1_000;

/**
 * A host in virtual time: some cores, and processors of nodes that share them. A node works like a
 * process with an event loop: what is due is taken in turns, a turn occupies a core until its costs
 * are over, and what comes meanwhile waits for the next turn. Deterministic: no clock, no chance.
 */
export interface Machine {
  /** Virtual time: of the event that is carried out, or where `runUntil` stopped. Unix ms. */
  readonly nowMs: number;
  /** When the next thing happens; Infinity if nothing ever does. */
  readonly nextMs: number;
  /** Something outside all nodes, such as a packet under way. @returns cancels it */
  at(atMs: number, action: () => void): () => void;
  createProcessor(): Processor;
  /** Carries out what happens next; time moves there. @throws RangeError if nothing does */
  step(): void;
  /** Lets time pass in which nothing happens. */
  idleUntil(atMs: number): void;
}

/** The processor time of one node. */
export interface Processor {
  /** Time as this node sees it: inside a turn what has been spent in it counts. */
  readonly nowMs: number;
  /** Processor time spent so far, ms of one core. */
  readonly spentMs: number;
  /** Called at the end of each turn, to spend what the turn cost besides. */
  onTurnEnd: () => void;
  /** Share of a core that it may use at most; above 1 is as 1: a node has one thread. */
  speed: number;
  /** To be carried out in the node's next turn. */
  post(action: () => void): void;
  /** At the end of the turn under way, as `setImmediate`. */
  soon(action: () => void): void;
  /** SimulationCosts of the turn under way; outside of turns nothing is spent. */
  spend(ms: number): void;
  /** Stands still: takes no turn until it goes on. What comes is kept. */
  pause(): void;
  resume(): void;
  /** Never takes a turn again; what waits is forgotten. */
  halt(): void;
  /** How long work waited for a turn, ms each, from now on. @returns ends it */
  watchWaits(): () => readonly number[];
}

export interface MachineOptions {
  readonly cores: number;
  readonly startUnixMs: number;
  /** What each turn costs before it does anything. */
  readonly turnMs: number;
}

export function createMachine({ cores, startUnixMs, turnMs }: MachineOptions): Machine {
  const queue = createEventQueue();
  /** Processors with work, first come first served. */
  let waiting: (() => void)[] = [];
  let idleCores = cores;
  let nowMs = startUnixMs;

  const dispatch = (): void => {
    while (idleCores > 0 && waiting.length > 0) {
      const takers = waiting.splice(0, idleCores);
      for (const take of takers) take();
    }
  };

  const machine: Machine = {
    get nowMs() {
      return nowMs;
    },
    get nextMs() {
      return queue.nextMs;
    },
    at(atMs, action) {
      let isOff = false;
      queue.push(Math.max(atMs, nowMs), () => {
        if (!isOff) action();
      });
      return () => {
        isOff = true;
      };
    },
    step() {
      const { atMs, run } = queue.pop();
      nowMs = Math.max(nowMs, atMs);
      run();
    },
    idleUntil(atMs) {
      nowMs = Math.max(nowMs, Math.min(atMs, queue.nextMs));
    },
    createProcessor: () =>
      createProcessor({
        turnMs,
        now: () => nowMs,
        ask: (take) => {
          waiting.push(take);
          dispatch();
        },
        withdraw: (take) => {
          waiting = waiting.filter((other) => other !== take);
        },
        occupyUntil: (endMs, onEnd) => {
          idleCores -= 1;
          queue.push(endMs, () => {
            idleCores += 1;
            onEnd();
            dispatch();
          });
        },
      }),
  };
  return machine;
}

interface Cores {
  readonly turnMs: number;
  readonly now: () => number;
  /** Asks for a core; `take` is called when there is one, and must occupy it. */
  readonly ask: (take: () => void) => void;
  readonly withdraw: (take: () => void) => void;
  readonly occupyUntil: (endMs: number, onEnd: () => void) => void;
}

function createProcessor(cores: Cores): Processor {
  let inbox: (() => void)[] = [];
  let atEnd: (() => void)[] = [];
  let state: 'idle' | 'waiting' | 'running' = 'idle';
  let isInTurn = false;
  let isPaused = false;
  let isHalted = false;
  let localMs = 0;
  let spentMs = 0;
  /** When the oldest work that waits came. */
  let sinceMs = 0;
  const watches = new Set<number[]>();

  const wake = (): void => {
    if (state !== 'idle' || isPaused || isHalted || inbox.length === 0) return;
    state = 'waiting';
    cores.ask(take);
  };
  const take = (): void => {
    state = 'running';
    localMs = cores.now();
    for (const waits of watches) waits.push(localMs - sinceMs);
    isInTurn = true;
    processor.spend(cores.turnMs);
    try {
      runAll(takeInbox());
      runAll(takeAtEnd());
      if (!isHalted) processor.onTurnEnd();
    } finally {
      isInTurn = false;
      // What was put off again comes with the next turn.
      inbox.unshift(...takeAtEnd());
      cores.occupyUntil(localMs, () => {
        state = 'idle';
        wake();
      });
    }
  };
  const runAll = (actions: readonly (() => void)[]): void => {
    for (const action of actions) if (!isHalted) action();
  };
  const takeInbox = (): (() => void)[] => {
    const taken = inbox;
    inbox = [];
    return taken;
  };
  const takeAtEnd = (): (() => void)[] => {
    const taken = atEnd;
    atEnd = [];
    return taken;
  };

  const processor: Processor = {
    speed: 1,
    onTurnEnd: () => undefined,
    get nowMs() {
      return isInTurn ? localMs : Math.max(localMs, cores.now());
    },
    get spentMs() {
      return spentMs;
    },
    post(action) {
      if (isHalted) return;
      if (inbox.length === 0) sinceMs = cores.now();
      inbox.push(action);
      wake();
    },
    soon(action) {
      if (isInTurn) atEnd.push(action);
      else processor.post(action);
    },
    spend(ms) {
      if (!isInTurn) return;
      localMs += ms / Math.min(1, processor.speed);
      spentMs += ms;
    },
    pause() {
      isPaused = true;
      if (state !== 'waiting') return;
      cores.withdraw(take);
      state = 'idle';
    },
    resume() {
      isPaused = false;
      wake();
    },
    halt() {
      isHalted = true;
      if (state === 'waiting') cores.withdraw(take);
      inbox = [];
      atEnd = [];
    },
    watchWaits() {
      const waits: number[] = [];
      watches.add(waits);
      return () => {
        watches.delete(waits);
        return waits;
      };
    },
  };
  return processor;
}
