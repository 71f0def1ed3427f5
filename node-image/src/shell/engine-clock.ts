import type { NodeClock } from './clock.ts';

/**
 * The time as an engine is told it: the node's own, off by an offset that a test of faults orders.
 * What is measured does not go by it. An engine is promised that its clock never runs backwards
 * (engine.ts): one that is set back crawls at a thousandth of its pace until true time and offset
 * have caught up, so that every reading is still of one true moment.
 */
export interface EngineClock {
  nowMs(): number;
  /** From now on this is added to the true time; 0 puts it right. */
  setOffset(offsetMs: number): void;
  /** True milliseconds from now until it reads this; negative for what is past. */
  untilMs(engineMs: number): number;
  /** The true time at which it read this: for stamps of the engine's own making. */
  trueMs(engineMs: number): number;
}

/** What holds from one order to the next. */
interface Stretch {
  readonly fromMs: number;
  /** What the clock read when it began. */
  readonly floorMs: number;
  readonly offsetMs: number;
}

const CRAWL = 1_000;
/** Stamps are asked for until their block is committed: of so many orders, one a second. */
const STRETCHES_MAX = 64;

export function createEngineClock({ nowMs: trueNowMs }: Pick<NodeClock, 'nowMs'>): EngineClock {
  let current: Stretch = { fromMs: 0, floorMs: Number.NEGATIVE_INFINITY, offsetMs: 0 };
  /** Newest first. */
  let stretches: readonly Stretch[] = [current];

  const nowMs = (): number => {
    const atMs = trueNowMs();
    const { fromMs, floorMs, offsetMs } = current;
    return Math.max(atMs + offsetMs, floorMs + (atMs - fromMs) / CRAWL);
  };
  const trueIn = ({ fromMs, floorMs, offsetMs }: Stretch, engineMs: number): number =>
    Math.min(engineMs - offsetMs, fromMs + (engineMs - floorMs) * CRAWL);

  return {
    nowMs,
    setOffset(offsetMs) {
      current = { fromMs: trueNowMs(), floorMs: nowMs(), offsetMs };
      stretches = [current, ...stretches].slice(0, STRETCHES_MAX);
    },
    untilMs: (engineMs) => trueIn(current, engineMs) - trueNowMs(),
    trueMs(engineMs) {
      const stretch = stretches.find(({ floorMs }) => engineMs >= floorMs);
      return stretch === undefined ? engineMs : trueIn(stretch, engineMs);
    },
  };
}
