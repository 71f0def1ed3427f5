import type { EngineParameters } from '../contract/index.ts';
import type { TreeNode } from './block-tree.ts';
import { ClientWindows } from './client-windows.ts';
import type { Transaction } from './messages.ts';
import { transactionKey } from './transaction.ts';

export type MempoolParameters = Pick<
  EngineParameters,
  'batchTxMax' | 'batchBytesMax' | 'batchAgeMsMax' | 'mempoolTxMax'
>;

/**
 * Transactions on their way into a block. A transaction is in at most one of these states here:
 * *pending* (may be proposed by this node), *in flight* (in an uncommitted block), committed.
 * Beside that, transactions submitted at this node are *own* until they are committed, so that
 * they can be proposed or forwarded again if the block they were in is abandoned.
 *
 * Bounds: pending and own hold `mempoolTxMax` each; in flight is bounded by the block tree.
 */
export class Mempool {
  readonly #parameters: MempoolParameters;
  readonly #pending = new Map<number, Transaction>();
  readonly #own = new Map<number, Transaction>();
  /** Value: round of the latest uncommitted block that holds it. */
  readonly #inFlight = new Map<number, number>();
  readonly #committed = new ClientWindows();
  #pendingBytes = 0;
  /** Not later than the arrival of the oldest pending transaction. */
  #oldestMs = Number.POSITIVE_INFINITY;
  #duplicatesSuppressed = 0;

  constructor(parameters: MempoolParameters) {
    this.#parameters = parameters;
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

  /** Whether a transaction submitted here still waits for a block. */
  isOwnWaiting(key: number): boolean {
    return this.#own.has(key) && !this.#inFlight.has(key);
  }

  own(key: number): Transaction | undefined {
    return this.#own.get(key);
  }

  /** Forgets an own transaction that can never be committed, and gives it back. */
  disown(key: number): Transaction | undefined {
    const transaction = this.#own.get(key);
    this.#own.delete(key);
    this.#removePending(key);
    return transaction;
  }

  isCommitted(key: number): boolean {
    return this.#committed.has(key);
  }

  /** Takes in a transaction that entered the network here. @returns its key, or -1 if refused */
  submit(transaction: Transaction, nowMs: number): number {
    const key = transactionKey(transaction);
    if (key < 0 || transaction.length > this.#parameters.batchBytesMax) return -1;
    if (this.#own.has(key) || this.#committed.has(key)) {
      this.#duplicatesSuppressed++;
      return -1;
    }
    if (this.#own.size >= this.#parameters.mempoolTxMax) return -1;
    const isKnown = this.#pending.has(key) || this.#inFlight.has(key);
    if (!isKnown && this.#pending.size >= this.#parameters.mempoolTxMax) return -1;
    this.#own.set(key, transaction);
    if (!isKnown) this.#addPending(key, transaction, nowMs);
    return key;
  }

  /** Takes in a transaction that another node handed on; dropped when full (its owner retries). */
  receive(transaction: Transaction, nowMs: number): void {
    const key = transactionKey(transaction);
    if (key < 0 || transaction.length > this.#parameters.batchBytesMax) return;
    if (this.#pending.has(key) || this.#inFlight.has(key) || this.#committed.has(key)) {
      this.#duplicatesSuppressed++;
      return;
    }
    if (this.#pending.size < this.#parameters.mempoolTxMax) {
      this.#addPending(key, transaction, nowMs);
    }
  }

  /** When the pending transactions want a block: a time, or Infinity if there are none. */
  dueAtMs(): number {
    if (this.#pending.size === 0) return Number.POSITIVE_INFINITY;
    const isFull =
      this.#pending.size >= this.#parameters.batchTxMax ||
      this.#pendingBytes >= this.#parameters.batchBytesMax;
    return isFull ? Number.NEGATIVE_INFINITY : this.#oldestMs + this.#parameters.batchAgeMsMax;
  }

  /** The oldest pending transactions, as many as a block may hold. They stay pending until the
   * block enters the tree. */
  batch(): Transaction[] {
    const { batchTxMax, batchBytesMax } = this.#parameters;
    const batch: Transaction[] = [];
    let bytes = 0;
    for (const transaction of this.#pending.values()) {
      bytes += transaction.length;
      if (batch.length >= batchTxMax || bytes > batchBytesMax) break;
      batch.push(transaction);
    }
    return batch;
  }

  blockAdded(node: TreeNode): void {
    for (const key of node.keys) {
      this.#removePending(key);
      this.#inFlight.set(key, node.block.round);
    }
  }

  /**
   * @returns the block's transactions less those that are committed already: the block's own
   *   array if there are none
   */
  blockCommitted(node: TreeNode): readonly Transaction[] {
    const { transactions } = node.block;
    let fresh: Transaction[] | null = null;
    for (let index = 0; index < node.keys.length; index++) {
      const key = node.keys[index] ?? -1;
      this.#inFlight.delete(key);
      if (this.#committed.add(key)) {
        this.#own.delete(key);
        if (fresh !== null) fresh.push(transactions[index] as Transaction); // parallel arrays
      } else {
        this.#duplicatesSuppressed++;
        fresh ??= transactions.slice(0, index);
      }
    }
    return fresh ?? transactions;
  }

  /** What this node is responsible for (its clients' and its own blocks' content) waits again. */
  blockAbandoned(node: TreeNode, isOwnBlock: boolean, nowMs: number): void {
    const { round, transactions } = node.block;
    for (let index = 0; index < node.keys.length; index++) {
      const key = node.keys[index] ?? -1;
      const holder = this.#inFlight.get(key);
      if (holder === round) this.#inFlight.delete(key);
      if (holder !== round || this.#committed.has(key) || this.#pending.has(key)) continue;
      const transaction = isOwnBlock ? transactions[index] : this.#own.get(key);
      if (transaction === undefined) continue;
      if (this.#pending.size >= this.#parameters.mempoolTxMax) continue;
      this.#addPending(key, transaction, nowMs);
    }
  }

  #addPending(key: number, transaction: Transaction, nowMs: number): void {
    if (this.#pending.size === 0) this.#oldestMs = nowMs;
    this.#pending.set(key, transaction);
    this.#pendingBytes += transaction.length;
  }

  #removePending(key: number): void {
    const transaction = this.#pending.get(key);
    if (transaction === undefined) return;
    this.#pending.delete(key);
    this.#pendingBytes -= transaction.length;
  }
}
