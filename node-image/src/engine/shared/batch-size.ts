/** Transactions that a block may hold at first, and at least, if `batchTxMax` is not below. */
const initialMax = 512;
const leastMax = 64;
/** A round should take this part of the base timeout at most. */
const targetPart = 1 / 3;
/** But the transactions may take so many times what else a round takes. */
const payloadFactor = 2;
/** What is left of a round's weight after the next one. */
const memory = 0.9;
/** One round is no reason for a larger step. */
const shrinkMin = 0.7;
const growthMax = 1.5;

export interface BatchSizeOptions {
  readonly baseTimeoutMs: number;
  readonly batchTxMax: number;
}

/**
 * How many transactions a block may hold. A larger block carries more for the same signatures, but
 * all members work on it before the round can end: where that takes too long, blocks get smaller.
 * Every member watches all rounds, so that leaders come to much the same size by themselves.
 *
 * Too long is a third of the base timeout. On a slow network or host even empty rounds take that,
 * and smaller blocks would carry less in the same time: what a transaction adds is told from the
 * rest by a line through the latest rounds (least squares, older ones weigh less), and the
 * transactions may take twice the rest at any rate.
 */
export class BatchSize {
  readonly #options: BatchSizeOptions;
  readonly #least: number;
  readonly #sums = { weight: 0, count: 0, ms: 0, countCount: 0, countMs: 0 };
  #size: number;

  constructor(options: BatchSizeOptions) {
    this.#options = options;
    this.#least = Math.min(options.batchTxMax, leastMax);
    this.#size = Math.min(options.batchTxMax, initialMax);
  }

  /** Transactions in a block at most. */
  get max(): number {
    return Math.floor(this.#size);
  }

  /** A round with a block of so many transactions ended with a certificate. */
  learn(durationMs: number, transactions: number): void {
    if (transactions === 0) return; // it waited for transactions
    this.#remember(durationMs, transactions);
    if (transactions < this.#size / 2) return; // the size did not matter
    const factor = Math.min(growthMax, Math.max(shrinkMin, this.#wanted() / this.#size));
    const size = this.#size * factor;
    this.#size = Math.min(this.#options.batchTxMax, Math.max(this.#least, size));
  }

  #remember(durationMs: number, transactions: number): void {
    const sums = this.#sums;
    sums.weight = sums.weight * memory + 1;
    sums.count = sums.count * memory + transactions;
    sums.ms = sums.ms * memory + durationMs;
    sums.countCount = sums.countCount * memory + transactions * transactions;
    sums.countMs = sums.countMs * memory + transactions * durationMs;
  }

  #wanted(): number {
    const { weight, count, ms, countCount, countMs } = this.#sums;
    const meanCount = count / weight;
    const meanMs = ms / weight;
    const variance = countCount / weight - meanCount * meanCount;
    const covariance = countMs / weight - meanCount * meanMs;
    // Equal blocks tell nothing apart: as if the transactions took all of the time.
    const isTelling = variance > (meanCount * 0.05) ** 2;
    const slopeMax = meanMs / meanCount;
    const slope = isTelling ? Math.min(slopeMax, Math.max(0, covariance / variance)) : slopeMax;
    const fixedMs = meanMs - slope * meanCount;
    const targetMs = this.#options.baseTimeoutMs * targetPart;
    return Math.max(targetMs - fixedMs, payloadFactor * fixedMs) / Math.max(slope, 1e-9);
  }
}
