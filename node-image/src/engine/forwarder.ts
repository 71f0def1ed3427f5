import { leaderOf } from './leader.ts';
import type { Mempool } from './mempool.ts';
import type { Transaction } from './messages.ts';

/** After this many doublings the pause between two attempts stays the same. */
const backoffLevelsMax = 4;
/** Rounds after the last leader's turn until its block must have been committed. */
const graceRounds = 3;

interface Bucket {
  readonly dueRound: number;
  readonly level: number;
  readonly keys: number[];
}

export interface ForwarderOptions {
  readonly committeeSize: number;
  readonly selfIndex: number;
  /** Coming leaders that get a copy; 0 switches forwarding off. */
  readonly forwardLeaders: number;
  /** Bounds one repeated forward: more than the leaders could propose would be for nothing. */
  readonly batchTxMax: number;
}

/**
 * Hands own transactions to the leaders of the coming rounds, and again to later leaders while
 * they wait for a block, with pauses that double: rounds are the clock, because only leaders'
 * turns can help. Bounded by the mempool: one key per own transaction.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  #buckets: Bucket[] = [];

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  /**
   * Leaders to send to, for rounds from `firstRound` to `currentRound + forwardLeaders`, without
   * this node itself.
   */
  leaders(firstRound: number, currentRound: number): number[] {
    const { committeeSize, selfIndex, forwardLeaders } = this.#options;
    const leaders: number[] = [];
    if (forwardLeaders === 0) return leaders;
    for (let round = firstRound; round <= currentRound + forwardLeaders; round++) {
      const leader = leaderOf(round, committeeSize);
      if (leaders.length >= committeeSize - 1) break;
      if (leader !== selfIndex && !leaders.includes(leader)) leaders.push(leader);
    }
    return leaders;
  }

  /** Own transactions that were sent to the leaders up to `currentRound + forwardLeaders`. */
  watch(keys: readonly number[], currentRound: number): void {
    if (this.#options.forwardLeaders > 0) this.#put(keys, currentRound, 0);
  }

  /**
   * Call on entering a round.
   * @returns what has to be forwarded once more, and what can never be committed any more
   */
  due(
    currentRound: number,
    mempool: Mempool,
  ): { again: readonly Transaction[]; lost: readonly Transaction[] } {
    const again: Transaction[] = [];
    const lost: Transaction[] = [];
    const dueBuckets = this.#buckets.filter((bucket) => bucket.dueRound <= currentRound);
    if (dueBuckets.length === 0) return { again, lost };
    this.#buckets = this.#buckets.filter((bucket) => bucket.dueRound > currentRound);
    const againMax = this.#options.batchTxMax * this.#options.forwardLeaders;
    for (const bucket of dueBuckets) {
      const open: number[] = [];
      for (const key of bucket.keys) {
        const transaction = mempool.own(key);
        if (transaction === undefined) continue;
        if (mempool.isCommitted(key)) {
          mempool.disown(key);
          lost.push(transaction);
          continue;
        }
        open.push(key);
        if (again.length < againMax) again.push(transaction);
      }
      this.#put(open, currentRound, Math.min(bucket.level + 1, backoffLevelsMax));
    }
    return { again, lost };
  }

  #put(keys: readonly number[], currentRound: number, level: number): void {
    if (keys.length === 0) return;
    const { forwardLeaders } = this.#options;
    const pauseRounds = level === 0 ? 0 : forwardLeaders * (2 ** level - 1);
    const dueRound = currentRound + forwardLeaders + graceRounds + pauseRounds;
    const same = this.#buckets.find((each) => each.dueRound === dueRound && each.level === level);
    if (same === undefined) this.#buckets.push({ dueRound, level, keys: [...keys] });
    else for (const key of keys) same.keys.push(key);
  }
}
