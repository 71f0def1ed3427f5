import type { Transaction } from '../seam/message.ts';
import { leaderOf } from './leader.ts';
import type { Mempool } from './mempool.ts';

/** After this many doublings the pause between two attempts stays the same. */
const backoffLevelsMax = 4;
/** So often in a row too late is no chance. */
const missesMax = 2;
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
  /** Coming leaders that get a copy of what is sent again; 0 switches forwarding off. */
  readonly forwardLeaders: number;
  /** Bounds a repeated forward: more than its receivers could propose would be for nothing. */
  readonly batchTxMax: number;
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
 * Hands own transactions to the next leader that can propose them. What its block leaves out goes
 * with this node's vote to the leader after it, and so on: a vote leaves anyway, and one copy is
 * enough while leaders do their work. What no block of a whole rotation held is sent to several
 * coming leaders, again and again while it is not committed, with pauses that double. Rounds are
 * the clock, because only leaders' turns can help. Each attempt goes on in the rotation where the
 * last one ended: all members have a copy in the end, whatever rhythm the dead among them impose.
 * Bounded by the mempool: two keys per own transaction.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  #buckets: Bucket[] = [];
  /**
   * Own transactions that no block held yet which this node would build on, oldest first, with the
   * round whose leader had them first.
   */
  readonly #unplaced = new Map<number, number>();
  /** Blocks in a row that lacked what their leaders had been sent, though they held others. */
  #misses = 0;

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  /** Distinct leaders of the rounds from `firstRound` to `lastRound`, without this node itself. */
  leaders(firstRound: number, lastRound: number): number[] {
    const { committeeSize, selfIndex } = this.#options;
    const leaders: number[] = [];
    for (let round = firstRound; round <= lastRound; round++) {
      const leader = leaderOf(round, committeeSize);
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
    const { forwardLeaders, committeeSize } = this.#options;
    if (forwardLeaders === 0) return [];
    for (const key of keys) this.#unplaced.set(key, firstRound);
    const dueRound = currentRound + committeeSize + graceRounds;
    this.#put(keys, { attempt: 0, dueRound, nextRound: firstRound + 1 });
    // What always comes too late for the next leader, as from the slowest, goes to one more.
    return this.leaders(firstRound, this.#misses >= missesMax ? firstRound + 1 : firstRound);
  }

  /** A block of that round holds these, and this node would build on it. */
  placed(round: number, keys: Float64Array): void {
    if (this.#unplaced.size === 0) return;
    for (const key of keys) {
      if (this.#unplaced.get(key) === round) this.#misses = 0;
      this.#unplaced.delete(key);
    }
  }

  /** Blocks were given up: what is not in the branch that goes on is in none. */
  replaced(branch: readonly { readonly keys: Float64Array }[], mempool: Mempool): void {
    if (this.#options.forwardLeaders === 0) return;
    const held = new Set<number>();
    for (const { keys } of branch) for (const key of keys) held.add(key);
    for (const key of mempool.ownKeys()) {
      if (!held.has(key) && !this.#unplaced.has(key)) this.#unplaced.set(key, 0);
    }
  }

  /** The oldest own transactions that no block held yet, for the next leader. */
  unplaced(mempool: Mempool, countMax: number): Transaction[] {
    const transactions: Transaction[] = [];
    for (const key of this.#unplaced.keys()) {
      if (transactions.length >= countMax) break;
      const transaction = mempool.own(key);
      if (transaction === undefined) this.#unplaced.delete(key);
      else transactions.push(transaction);
    }
    return transactions;
  }

  /** A block of that round held other transactions: what its leader had been sent came too late. */
  missed(round: number): void {
    for (const firstRound of this.#unplaced.values()) {
      if (firstRound !== round) continue;
      this.#misses++;
      return;
    }
  }

  /**
   * Call on entering a round.
   * @param areBlocksFull leaders have more than they can propose, and copies at others are of no
   *   use: what is due comes up again a rotation later
   */
  due(currentRound: number, mempool: Mempool, areBlocksFull = false): DueForwards {
    const dueBuckets = this.#buckets.filter((bucket) => bucket.dueRound <= currentRound);
    const again: { receivers: number[]; transactions: Transaction[] }[] = [];
    const lost: Transaction[] = [];
    if (dueBuckets.length === 0) return { again, lost };
    this.#buckets = this.#buckets.filter((bucket) => bucket.dueRound > currentRound);
    for (const { keys, attempt, nextRound } of dueBuckets) {
      const open = openKeys(keys, mempool, lost);
      if (open.length === 0) continue;
      if (areBlocksFull) {
        const dueRound = currentRound + this.#options.committeeSize;
        this.#put(open, { attempt, dueRound, nextRound });
        continue;
      }
      const firstRound = this.#turnAfter(currentRound, nextRound);
      const lastRound = firstRound + this.#options.forwardLeaders - 1;
      const dueRound = this.#dueAfter(lastRound, attempt + 1);
      this.#put(open, { attempt: attempt + 1, dueRound, nextRound: lastRound + 1 });
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

  #dueAfter(lastRound: number, attempt: number): number {
    const level = Math.min(attempt, backoffLevelsMax);
    return lastRound + graceRounds + this.#options.forwardLeaders * (2 ** level - 1);
  }

  #put(keys: readonly number[], given: Omit<Bucket, 'keys'>): void {
    const { attempt, dueRound, nextRound } = given;
    const same = this.#buckets.find(
      (each) =>
        each.dueRound === dueRound && each.attempt === attempt && each.nextRound === nextRound,
    );
    if (same === undefined) this.#buckets.push({ ...given, keys: [...keys] });
    else for (const key of keys) same.keys.push(key);
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
