import type { Commit, Output } from '../seam/engine.ts';
import type { Evidence } from '../seam/evidence.ts';
import type { EngineMessage, Transaction } from '../seam/message.ts';
import { forwardLimits } from './limits.ts';

const nothing: readonly never[] = Object.freeze([]);

/**
 * Gathers the outputs of one step. Messages that bind this node (proposals, votes, timeouts) wait
 * for the end of the step and leave behind one `persist` that covers them all: one write per step
 * however many promises were made in it. Everything else follows, commits too: a commit may rest
 * on a vote of this node that only its own memory and disk know of.
 */
export class Outbox<M extends EngineMessage, S> {
  readonly #forwarded: (transactions: readonly Transaction[]) => M;
  #free: Output<M, S>[] = [];
  #bound: Output<M, S>[] = [];
  readonly #forwards = new Map<number, Transaction[]>();
  readonly #rejected: Transaction[] = [];

  /** @param forwarded the message that hands transactions on */
  constructor(forwarded: (transactions: readonly Transaction[]) => M) {
    this.#forwarded = forwarded;
  }

  commit(commit: Commit): void {
    this.#free.push({ kind: 'commit', commit });
  }

  evidence(evidence: Evidence): void {
    this.#free.push({ kind: 'evidence', evidence });
  }

  send(to: number, message: M): void {
    this.#free.push({ kind: 'send', to, message });
  }

  broadcast(message: M): void {
    this.#free.push({ kind: 'broadcast', message });
  }

  wake(atMs: number): void {
    this.#free.push({ kind: 'wake', atMs });
  }

  reject(transactions: readonly Transaction[]): void {
    for (const transaction of transactions) this.#rejected.push(transaction);
  }

  /** Leaves at the end of the step: one message per receiver, more if it would be too large. */
  forward(receivers: readonly number[], transactions: readonly Transaction[]): void {
    for (const to of receivers) {
      const waiting = this.#forwards.get(to);
      if (waiting === undefined) this.#forwards.set(to, transactions.slice());
      else for (const transaction of transactions) waiting.push(transaction);
    }
  }

  /** A promise of this node to everyone: leaves after the state that remembers it is durable. */
  broadcastBound(message: M): void {
    this.#bound.push({ kind: 'broadcast', message });
  }

  sendBound(to: number, message: M): void {
    this.#bound.push({ kind: 'send', to, message });
  }

  /**
   * @param promised whether this node voted in this step, even if only to itself
   * @param snapshot asked for the durable state at the end of the step
   */
  flush(promised: boolean, snapshot: () => S): readonly Output<M, S>[] {
    for (const [to, transactions] of this.#forwards) {
      for (const part of forwardParts(transactions)) {
        this.#free.push({ kind: 'send', to, message: this.#forwarded(part) });
      }
    }
    this.#forwards.clear();
    if (this.#rejected.length > 0) {
      this.#free.push({ kind: 'reject', transactions: this.#rejected.splice(0) });
    }
    const isBound = promised || this.#bound.length > 0;
    if (!isBound && this.#free.length === 0) return nothing;
    const outputs: Output<M, S>[] = isBound ? [{ kind: 'persist', state: snapshot() }] : [];
    for (const output of this.#bound) outputs.push(output);
    for (const output of this.#free) outputs.push(output);
    this.#bound = [];
    this.#free = [];
    return outputs;
  }
}

/** Splits at `forwardLimits`; a single transaction over the byte limit goes alone. */
function forwardParts(transactions: Transaction[]): Transaction[][] {
  const parts: Transaction[][] = [];
  let part: Transaction[] = [];
  let bytes = 0;
  for (const transaction of transactions) {
    const isFull =
      part.length >= forwardLimits.transactionsMax ||
      bytes + transaction.length > forwardLimits.bytesMax;
    if (isFull && part.length > 0) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(transaction);
    bytes += transaction.length;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}
