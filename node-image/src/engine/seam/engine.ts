import type { Evidence } from './evidence.ts';
import type { EngineMessage, Transaction } from './message.ts';

/**
 * The seam between consensus and the world. An engine is a pure state machine: it is told what
 * time it is and what happened, and answers with what should be done, in order. It holds no
 * clock, no socket and no chance, so the same code runs in a node and in the simulator.
 *
 * `M` are the protocol's messages, `S` is what must survive a crash, `H` the front of a message.
 */
export interface Engine<M extends EngineMessage = EngineMessage, S = unknown, H = unknown> {
  /**
   * Called once, before anything else. `nowMs` here and in `step` is a clock that never runs
   * backwards, in Unix milliseconds with fractions (performance.timeOrigin + performance.now());
   * blocks are stamped with it. It may be wrong, leap, and run slowly (shell/engine-clock.ts): no
   * promise but those on progress may rest on it.
   */
  start(nowMs: number): readonly Output<M, S>[];
  /**
   * @returns what to do, in order; empty when nothing is. The engine keeps no hold on the array.
   * @throws InvariantViolation if safety is broken; the engine is dead then and must not be used
   */
  step(nowMs: number, input: Input<M>): readonly Output<M, S>[];
  /**
   * Whether a message could be of any use, asked before its payload is decoded; false for most of
   * what only a Byzantine member sends. Changes nothing but the count of rejected messages, and
   * `step` does not rely on it.
   */
  isWanted(nowMs: number, from: number, header: H): boolean;
  status(): EngineStatus;
}

export type Input<M extends EngineMessage = EngineMessage> =
  | { readonly kind: 'message'; readonly from: number; readonly message: M }
  /** The time asked for by the last `wake` output has come (or later; early calls are harmless). */
  | { readonly kind: 'wake' }
  /** Transactions that entered the network at this node. */
  | { readonly kind: 'submit'; readonly transactions: readonly Transaction[] };

/**
 * Effects, to be carried out strictly in order: what follows a `persist` must not leave the node
 * before the state is durable.
 */
export type Output<M extends EngineMessage = EngineMessage, S = unknown> =
  | { readonly kind: 'send'; readonly to: number; readonly message: M }
  /** To every other committee member. */
  | { readonly kind: 'broadcast'; readonly message: M }
  | { readonly kind: 'persist'; readonly state: S }
  /** Exactly once per height, heights ascending without gaps, from 1 or from after a snapshot. */
  | { readonly kind: 'commit'; readonly commit: Commit }
  /** Call `step` with `wake` at this time; replaces the time asked for before. */
  | { readonly kind: 'wake'; readonly atMs: number }
  /** The mempool had no room (or the transaction was a duplicate): not going to be committed. */
  | { readonly kind: 'reject'; readonly transactions: readonly Transaction[] }
  | { readonly kind: 'evidence'; readonly evidence: Evidence };

export interface Commit {
  readonly height: number;
  readonly block: CommittedBlock;
  /** The block's transactions less those that an earlier block had already committed. */
  readonly transactions: readonly Transaction[];
  /** SHA-256(previous digest || block id), hex: see the contract's log digests. */
  readonly digestHex: string;
}

/** What the world may know of a block. */
export interface CommittedBlock {
  /** 32 bytes as 64 lower-case hex digits. */
  readonly id: string;
  /** Round or view in which it was proposed. */
  readonly round: number;
  readonly author: number;
  /** The author's clock at creation, Unix milliseconds with fractions; never used for safety. */
  readonly createdUnixMs: number;
}

/** Monotonic counts since start, read by metrics. */
export interface EngineCounters {
  readonly blocksProposed: number;
  readonly blocksCommitted: number;
  readonly transactionsCommitted: number;
  readonly roundsEntered: number;
  readonly roundsTimedOut: number;
  readonly signaturesVerified: number;
  readonly duplicatesSuppressed: number;
  readonly messagesRejected: number;
}

/** A glance at the inside, for metrics and tests; never fed back. */
export interface EngineStatus {
  /** Round, or view where leaders stay. */
  readonly round: number;
  /** Who leads this round; null where nobody does, or it is not known. */
  readonly leader: number | null;
  readonly committedHeight: number;
  readonly committedRound: number;
  readonly mempoolTransactions: number;
  /** Round of the newest certificate that this node holds. */
  readonly highQcRound: number;
  /**
   * current: holds every block it knows to be certified · fetching: asks peers for blocks ·
   * out-of-window: enough peers said that they no longer hold the blocks this node needs next; it
   * goes on taking part in rounds and asking, but cannot vote or commit until someone helps.
   */
  readonly catchUp: 'current' | 'fetching' | 'out-of-window';
  readonly counters: EngineCounters;
}
