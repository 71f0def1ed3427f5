/** An adaptive interval is so many times what a round takes: between blocks, most nodes rest. */
const roundsPerInterval = 6;
/** But not longer than this: where rounds take long anyway, waiting would only add to it. */
const adaptiveMsMax = 60;
/** Rounds whose durations are remembered. */
const rememberedMax = 9;

/**
 * When the next block with transactions may follow the last one, if it is not full. Without a pace
 * a small load takes all of the processor: there is always some transaction, each block is followed
 * by the next as fast as signatures can be checked, and holds hardly more than one each. The empty
 * blocks by which a block is committed do not wait, so what a transaction waits for is half an
 * interval at most, on average.
 *
 * The adaptive interval is six rounds, as fast as the network at hand does them (the median of the
 * last nine in which nobody waited for anything), and at most 60 ms.
 */
export class Pace {
  readonly #isAdaptive: boolean;
  readonly #durationsMs: number[] = [];
  #intervalMs: number;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(intervalMs: number | 'adaptive') {
    this.#isAdaptive = intervalMs === 'adaptive';
    this.#intervalMs = intervalMs === 'adaptive' ? 0 : intervalMs;
  }

  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** When a block with transactions may follow. */
  get dueMs(): number {
    return this.#lastMs + this.#intervalMs;
  }

  /** A block with transactions was seen. */
  seen(nowMs: number): void {
    this.#lastMs = nowMs;
  }

  /** A round from its proposal to its certificate, in which nobody had to wait. */
  learn(durationMs: number): void {
    if (!this.#isAdaptive) return;
    const durations = this.#durationsMs;
    durations.push(durationMs);
    if (durations.length > rememberedMax) durations.shift();
    const sorted = durations.toSorted((a, b) => a - b);
    const median = sorted[(sorted.length - 1) >>> 1] ?? 0;
    this.#intervalMs = Math.min(adaptiveMsMax, roundsPerInterval * median);
  }
}
