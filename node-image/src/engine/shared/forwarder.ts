import type { Transaction } from '../seam/message.ts';
import { leaderOf } from './leader.ts';
import type { Mempool } from './mempool.ts';

/** After this many doublings the pause between two attempts stays the same. */
const backoffLevelsMax = 4;
/** Rounds after the last leader's turn until its block must have been committed. */
const graceRounds = 3;

interface Bucket {
  readonly dueRound: number;
  /** How often these have been forwarded again already. */
  readonly attempt: number;
  /** The rotation is covered up to here (exclusive): the next attempt starts at its leader. */
  readonly nextRound: number;
  readonly keys: number[];
}

export interface ForwarderOptions {
  readonly committeeSize: number;
  readonly selfIndex: number;
  /** Coming leaders that get a copy; 0 switches forwarding off. */
  readonly forwardLeaders: number;
  /** Bounds a repeated forward: more than its receivers could propose would be for nothing. */
  readonly batchTxMax: number;
  /** Who leads that round, as far as can be told; everybody in turn if absent. */
  readonly leaderOf?: (round: number) => number;
}

export interface DueForwards {
  readonly again: readonly {
    readonly receivers: readonly number[];
    readonly transactions: readonly Transaction[];
  }[];
  /** Can never be committed any more: their client ran too far ahead of them. */
  readonly lost: readonly Transaction[];
}

/**
 * Hands own transactions to the leaders of the coming rounds, and again while they are not
 * committed, with pauses that double. Rounds are the clock, because only leaders' turns can help.
 * Each attempt goes on in the rotation where the last one ended: all members have a copy in the
 * end, whatever rhythm the dead among them impose. Bounded by the mempool: one key per own transaction.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  #buckets: Bucket[] = [];

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  /** Distinct leaders of the rounds from `firstRound` to `lastRound`, without this node itself. */
  leaders(firstRound: number, lastRound: number): number[] {
    const { committeeSize, selfIndex } = this.#options;
    const leaders: number[] = [];
    for (let round = firstRound; round <= lastRound; round++) {
      const leader = this.#options.leaderOf?.(round) ?? leaderOf(round, committeeSize);
      if (leaders.length >= committeeSize - 1) break;
      if (leader !== selfIndex && !leaders.includes(leader)) leaders.push(leader);
    }
    return leaders;
  }

  /**
   * Takes charge of own transactions.
   * @param firstRound the first round whose leader can still propose them
   * @returns whom to send them to now
   */
  watch(keys: readonly number[], firstRound: number, currentRound: number): number[] {
    const { forwardLeaders } = this.#options;
    if (forwardLeaders === 0) return [];
    this.#put(keys, { attempt: 0, lastRound: currentRound + forwardLeaders });
    return this.leaders(firstRound, currentRound + forwardLeaders);
  }

  /** Call on entering a round. */
  due(currentRound: number, mempool: Mempool): DueForwards {
    const dueBuckets = this.#buckets.filter((bucket) => bucket.dueRound <= currentRound);
    const again: { receivers: number[]; transactions: Transaction[] }[] = [];
    const lost: Transaction[] = [];
    if (dueBuckets.length === 0) return { again, lost };
    this.#buckets = this.#buckets.filter((bucket) => bucket.dueRound > currentRound);
    for (const { keys, attempt, nextRound } of dueBuckets) {
      const open = openKeys(keys, mempool, lost);
      if (open.length === 0) continue;
      const firstRound = this.#turnAfter(currentRound, nextRound);
      const lastRound = firstRound + this.#options.forwardLeaders - 1;
      const dueRound = this.#put(open, { attempt: attempt + 1, lastRound });
      again.push({
        receivers: this.leaders(firstRound, lastRound),
        transactions: this.#oldest(open, mempool, dueRound - currentRound),
      });
    }
    return { again, lost };
  }

  /** As many as the receivers could propose in that many rounds. */
  #oldest(keys: readonly number[], mempool: Mempool, rounds: number): Transaction[] {
    const { batchTxMax, forwardLeaders, committeeSize } = this.#options;
    const transactions: Transaction[] = [];
    const countMax = batchTxMax * forwardLeaders * Math.ceil(rounds / committeeSize);
    for (const key of keys) {
      const transaction = mempool.own(key);
      if (transactions.length >= countMax) break;
      if (transaction !== undefined) transactions.push(transaction);
    }
    return transactions;
  }

  /** The first round after `currentRound` that has the leader of `round`. */
  #turnAfter(currentRound: number, round: number): number {
    const { committeeSize } = this.#options;
    const distance = (((round - currentRound - 1) % committeeSize) + committeeSize) % committeeSize;
    return currentRound + 1 + distance;
  }

  /** @returns the round in which they are due */
  #put(keys: readonly number[], given: { attempt: number; lastRound: number }): number {
    const { attempt, lastRound } = given;
    const level = Math.min(attempt, backoffLevelsMax);
    const pauseRounds = this.#options.forwardLeaders * (2 ** level - 1);
    const dueRound = lastRound + graceRounds + pauseRounds;
    const nextRound = lastRound + 1;
    const same = this.#buckets.find(
      (each) =>
        each.dueRound === dueRound && each.attempt === attempt && each.nextRound === nextRound,
    );
    if (same === undefined) this.#buckets.push({ dueRound, attempt, nextRound, keys: [...keys] });
    else for (const key of keys) same.keys.push(key);
    return dueRound;
  }
}

/** The keys still open; what fell out of its client's window is disowned and added to `lost`. */
function openKeys(keys: readonly number[], mempool: Mempool, lost: Transaction[]): number[] {
  const open: number[] = [];
  for (const key of keys) {
    const transaction = mempool.own(key);
    if (transaction === undefined) continue;
    if (mempool.isCommitted(key)) {
      mempool.disown(key);
      lost.push(transaction);
    } else {
      open.push(key);
    }
  }
  return open;
}
