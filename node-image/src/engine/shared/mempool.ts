import type { Transaction } from '../seam/message.ts';
import type { SharedParameters } from '../seam/protocol.ts';
import { ClientWindows } from './client-windows.ts';
import { pendingLimits, transactionBytesMax } from './limits.ts';
import { clientOfKey, transactionKey } from './transaction.ts';

export interface MempoolOptions {
  readonly committeeSize: number;
  readonly parameters: Pick<
    SharedParameters,
    'batchTxMax' | 'batchBytesMax' | 'batchAgeMsMax' | 'mempoolTxMax'
  >;
}

/** What the mempool must know of a block. */
export interface KeyedBlock {
  readonly block: { readonly transactions: readonly Transaction[] };
  /** Keys of the block's transactions, in order. */
  readonly keys: Float64Array;
}

interface OwnTransaction {
  readonly transaction: Transaction;
  readonly sinceMs: number;
}

interface Amount {
  count: number;
  bytes: number;
}

/**
 * Transactions on their way into the log. *Pending* is everything this node may propose, whoever
 * handed it in; it stays pending until it is committed, because a block that holds it may lose
 * against a sibling. *Own* is what entered the network here and is not committed yet.
 * Bounds: `mempoolTxMax` each, bytes of pending ones, and the windows of committed sequence numbers.
 * Each client has a share of the pending ones, an n-th. What others hand on keeps to it, what
 * enters here always finds its own: no member can crowd out clients by handing on without end.
 */
export class Mempool {
  readonly #parameters: MempoolOptions['parameters'];
  readonly #pendingMax: Readonly<Amount>;
  /** Of one client; the largest transaction fits at least. */
  readonly #shareMax: Readonly<Amount>;
  readonly #pending = new Map<number, Transaction>();
  readonly #own = new Map<number, OwnTransaction>();
  #committed = new ClientWindows();
  readonly #pendingOf: (Amount | undefined)[] = [];
  #pendingBytes = 0;
  /** Not later than the arrival of the oldest pending transaction. */
  #oldestMs = 0;
  #duplicatesSuppressed = 0;

  constructor({ committeeSize, parameters }: MempoolOptions) {
    this.#parameters = parameters;
    const { bytesPerTransaction, bytesMax } = pendingLimits;
    const ordinary = Math.min(parameters.mempoolTxMax * bytesPerTransaction, bytesMax);
    const count = parameters.mempoolTxMax;
    const bytes = Math.max(ordinary, parameters.batchBytesMax);
    this.#pendingMax = { count, bytes };
    this.#shareMax = {
      count: Math.max(1, Math.floor(count / committeeSize)),
      bytes: Math.max(bytes / committeeSize, this.#transactionBytesMax),
    };
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  get ownCount(): number {
    return this.#own.size;
  }

  get duplicatesSuppressed(): number {
    return this.#duplicatesSuppressed;
  }

  /** The transaction of that key if it entered here and is still open. */
  own(key: number): Transaction | undefined {
    return this.#own.get(key)?.transaction;
  }

  /** The transaction of that key if it may be proposed here, whoever handed it in. */
  pending(key: number): Transaction | undefined {
    return this.#pending.get(key);
  }

  /** Of what entered here and is still open, oldest first. */
  ownKeys(): IterableIterator<number> {
    return this.#own.keys();
  }

  /** When the oldest own transaction that is still open came; Infinity if none is. */
  oldestOwnMs(): number {
    for (const { sinceMs } of this.#own.values()) return sinceMs;
    return Number.POSITIVE_INFINITY;
  }

  /** Key of the transaction that has been pending for longest; -1 if none is. */
  oldestKey(): number {
    for (const key of this.#pending.keys()) {
      if (!this.#committed.has(key)) return key;
      this.#dropPending(key); // left behind by its client's window
    }
    return -1;
  }

  /**
   * The oldest own transactions that came before a time and are still open. Those that can never
   * be committed any more, because their client ran too far ahead, are forgotten instead.
   * @param lost takes the forgotten ones in
   */
  ownBefore(beforeMs: number, countMax: number, lost: Transaction[]): Transaction[] {
    const found: Transaction[] = [];
    for (const [key, { transaction, sinceMs }] of this.#own) {
      if (sinceMs > beforeMs || found.length >= countMax) break;
      if (this.#committed.has(key)) {
        this.disown(key);
        lost.push(transaction);
      } else found.push(transaction);
    }
    return found;
  }

  /** Which transactions count as committed: the same bytes on every node with the same log. */
  committedState(): Uint8Array {
    return this.#committed.encode();
  }

  /**
   * Goes on from a state of another node's. What it says is committed is open here no longer.
   * @throws RangeError if these are no such bytes
   */
  adoptCommitted(state: Uint8Array): void {
    this.#committed = ClientWindows.decode(state);
    for (const key of this.#pending.keys()) if (this.#committed.has(key)) this.#dropPending(key);
    for (const key of this.#own.keys()) if (this.#committed.has(key)) this.#own.delete(key);
  }

  /** Whether the key counts as committed: it was, or its client is too far ahead of it. */
  isCommitted(key: number): boolean {
    return this.#committed.has(key);
  }

  /** Forgets an own transaction that can never be committed. */
  disown(key: number): void {
    this.#own.delete(key);
    this.#dropPending(key);
  }

  /**
   * Takes in a transaction that entered the network here.
   * @returns its key, or -1 if it is malformed, known, or there is no room
   */
  submit(transaction: Transaction, nowMs: number): number {
    const key = transactionKey(transaction);
    if (key < 0 || this.#isTooLarge(transaction)) return -1;
    if (this.#own.has(key) || this.#committed.has(key)) {
      this.#duplicatesSuppressed++;
      return -1;
    }
    if (this.#own.size >= this.#parameters.mempoolTxMax) return -1;
    if (!this.#pending.has(key)) {
      if (!this.#isWithinShare(key, transaction) && !this.#hasRoom(transaction)) return -1;
      this.#addPending(key, transaction, nowMs);
    }
    this.#own.set(key, { transaction, sinceMs: nowMs });
    return key;
  }

  /**
   * Takes in a transaction that another node handed on; dropped when the pool or its client's
   * share of it is full (its owner retries).
   * @param transaction copied: it is a view that would keep the whole frame it came in alive
   * @param isUrgent also taken if its client's share is full
   */
  receive(transaction: Transaction, nowMs: number, isUrgent = false): void {
    const key = transactionKey(transaction);
    if (key < 0 || this.#isTooLarge(transaction)) return;
    if (this.#pending.has(key) || this.#committed.has(key)) this.#duplicatesSuppressed++;
    else if ((isUrgent || this.#isWithinShare(key, transaction)) && this.#hasRoom(transaction)) {
      this.#addPending(key, new Uint8Array(transaction), nowMs);
    }
  }

  /**
   * When the pending transactions want a block: a time, or Infinity if there are none.
   * @param countMax that a block may hold
   */
  dueAtMs(countMax = this.#parameters.batchTxMax): number {
    if (this.#pending.size === 0) return Number.POSITIVE_INFINITY;
    const isFull =
      this.#pending.size >= countMax || this.#pendingBytes >= this.#parameters.batchBytesMax;
    return isFull ? Number.NEGATIVE_INFINITY : this.#oldestMs + this.#parameters.batchAgeMsMax;
  }

  /**
   * The oldest pending transactions that are not in the branch yet, as many as a block may hold.
   * @param branch the uncommitted blocks below the one to be proposed
   * @param countMax that a block may hold
   */
  batch(branch: readonly KeyedBlock[], countMax = this.#parameters.batchTxMax): Transaction[] {
    const { batchBytesMax } = this.#parameters;
    const inFlight = new Set<number>();
    for (const node of branch) for (const key of node.keys) inFlight.add(key);
    const batch: Transaction[] = [];
    let bytes = 0;
    for (const [key, transaction] of this.#pending) {
      if (batch.length >= countMax) break;
      if (inFlight.has(key)) continue;
      if (this.#committed.has(key)) {
        this.#dropPending(key); // left behind by its client's window
        continue;
      }
      bytes += transaction.length;
      if (bytes > batchBytesMax) break;
      batch.push(transaction);
    }
    return batch;
  }

  /**
   * @returns the block's transactions less those that are committed already: the block's own
   *   array if there are none
   */
  blockCommitted(node: KeyedBlock): readonly Transaction[] {
    const { transactions } = node.block;
    let fresh: Transaction[] | null = null;
    let index = 0;
    for (const transaction of transactions) {
      const key = node.keys[index] ?? -1;
      if (this.#committed.add(key)) {
        this.#dropPending(key); // its bytes, which a block may hold another version of
        this.#own.delete(key);
        fresh?.push(transaction);
      } else {
        this.#duplicatesSuppressed++;
        fresh ??= transactions.slice(0, index);
      }
      index++;
    }
    return fresh ?? transactions;
  }

  get #transactionBytesMax(): number {
    return Math.min(this.#parameters.batchBytesMax, transactionBytesMax);
  }

  /** No block could hold it, or no message carry it. */
  #isTooLarge(transaction: Transaction): boolean {
    return transaction.length > this.#transactionBytesMax;
  }

  #hasRoom(transaction: Transaction): boolean {
    if (this.#pending.size >= this.#pendingMax.count) return false;
    return this.#pendingBytes + transaction.length <= this.#pendingMax.bytes;
  }

  #isWithinShare(key: number, transaction: Transaction): boolean {
    const held = this.#pendingOf[clientOfKey(key)];
    if (held === undefined) return true;
    if (held.count >= this.#shareMax.count) return false;
    return held.bytes + transaction.length <= this.#shareMax.bytes;
  }

  #addPending(key: number, transaction: Transaction, nowMs: number): void {
    if (this.#pending.size === 0) this.#oldestMs = nowMs;
    this.#pending.set(key, transaction);
    this.#pendingBytes += transaction.length;
    const client = clientOfKey(key);
    const held = this.#pendingOf[client] ?? { count: 0, bytes: 0 };
    held.count++;
    held.bytes += transaction.length;
    this.#pendingOf[client] = held;
  }

  #dropPending(key: number): void {
    const transaction = this.#pending.get(key);
    if (transaction === undefined) return;
    this.#pending.delete(key);
    this.#pendingBytes -= transaction.length;
    const held = this.#pendingOf[clientOfKey(key)];
    if (held === undefined) return;
    held.count--;
    held.bytes -= transaction.length;
  }
}
