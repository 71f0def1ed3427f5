/** Transactions that a block may hold at first, and at least, if `batchTxMax` is not below. */
const initialMax = 512;
const leastMax = 64;
/** A round with transactions should take this part of the base timeout at most. */
const targetPart = 1 / 3;
/** But rounds that are slow anyway may take so many times what they take almost empty. */
const lightFactor = 3;
/** Weight of the newest round in the running means. */
const newestWeight = 0.3;
const growth = 1.5;
/** One round is no reason to shrink by more. */
const shrinkMin = 0.7;

export interface BatchSizeOptions {
  readonly baseTimeoutMs: number;
  readonly batchTxMax: number;
}

/**
 * How many transactions a block may hold. A larger block carries more for the same signatures, but
 * all members work on it before the round can end: where that takes too long, blocks get smaller.
 * Every member watches all rounds, so that leaders come to much the same size by themselves.
 *
 * Too long is a third of the base timeout. On a slow network or host even empty rounds may take
 * that, and smaller blocks would not help: so it is three times a round with few transactions if
 * that is longer. Such rounds come by themselves when blocks have become smallest.
 */
export class BatchSize {
  readonly #options: BatchSizeOptions;
  readonly #least: number;
  #size: number;
  #roundMs: number | null = null;
  #lightMs = 0;

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
    if (transactions <= this.#least) {
      this.#lightMs += newestWeight * (durationMs - this.#lightMs);
    }
    // Smaller ones say nothing about blocks of this size.
    if (transactions < this.#size / 2) return;
    const meanMs = this.#roundMs ?? durationMs;
    this.#roundMs = meanMs + newestWeight * (durationMs - meanMs);
    const ratio = this.#targetMs / this.#roundMs;
    if (ratio < 1) this.#resize(Math.max(ratio, shrinkMin));
    else if (ratio > growth && transactions >= 0.9 * this.max) this.#resize(growth);
  }

  get #targetMs(): number {
    const { baseTimeoutMs } = this.#options;
    return Math.max(baseTimeoutMs * targetPart, this.#lightMs * lightFactor);
  }

  #resize(factor: number): void {
    const size = this.#size * factor;
    this.#size = Math.min(this.#options.batchTxMax, Math.max(this.#least, size));
  }
}
