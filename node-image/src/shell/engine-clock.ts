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
  /** The true time at which it will read this, as things stand; in the past for what is due. */
  dueMs(engineMs: number): number;
  /** The true time at which it read this: for stamps of the engine's own making. */
  trueMs(engineMs: number): number;
}

/** What holds from one order to the next. */
interface Stretch {
  readonly fromMs: number;
  /** What the clock read before it began, and at once after. */
  readonly floorMs: number;
  readonly firstMs: number;
  readonly offsetMs: number;
}

const never = Number.NEGATIVE_INFINITY;
const CRAWL = 1_000;
/** Stamps are asked for until their block is committed: of so many orders, one a second. */
const STRETCHES_MAX = 64;

export function createEngineClock({ nowMs: trueNowMs }: Pick<NodeClock, 'nowMs'>): EngineClock {
  let current: Stretch = { fromMs: 0, floorMs: never, firstMs: never, offsetMs: 0 };
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
      const floorMs = nowMs();
      const fromMs = trueNowMs();
      current = { fromMs, floorMs, firstMs: Math.max(floorMs, fromMs + offsetMs), offsetMs };
      stretches = [current, ...stretches].slice(0, STRETCHES_MAX);
    },
    dueMs: (engineMs) => trueIn(current, engineMs),
    trueMs(engineMs) {
      const stretch = stretches.find(({ firstMs }) => engineMs >= firstMs);
      return stretch === undefined ? engineMs : trueIn(stretch, engineMs);
    },
  };
}
