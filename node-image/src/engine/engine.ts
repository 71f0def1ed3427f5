import type { Block, Message, MessageHeader, Transaction } from './messages.ts';

/**
 * The seam between consensus and the world. An engine is a pure state machine: it is told what
 * time it is and what happened, and answers with what should be done, in order. It holds no
 * clock, no socket and no chance, so the same code runs in a node and in the simulator.
 */
export interface Engine {
  /**
   * Called once, before anything else. `nowMs` here and in `step` is a clock that never runs
   * backwards, in Unix milliseconds with fractions (performance.timeOrigin + performance.now());
   * blocks are stamped with it. It may be wrong, leap, and run slowly (shell/engine-clock.ts): no
   * promise but those on progress may rest on it.
   */
  start(nowMs: number): readonly Output[];
  /**
   * @returns what to do, in order; empty when nothing is. The engine keeps no hold on the array.
   * @throws InvariantViolation if safety is broken; the engine is dead then and must not be used
   */
  step(nowMs: number, input: Input): readonly Output[];
  /**
   * Whether a message could be of any use, asked before its payload is decoded; false for most of
   * what only a Byzantine member sends. Changes nothing but the count of rejected messages, and
   * `step` does not rely on it.
   */
  isWanted(nowMs: number, from: number, header: MessageHeader): boolean;
  status(): EngineStatus;
}

export type Input =
  | { readonly kind: 'message'; readonly from: number; readonly message: Message }
  /** The time asked for by the last `wake` output has come (or later; early calls are harmless). */
  | { readonly kind: 'wake' }
  /** Transactions that entered the network at this node. */
  | { readonly kind: 'submit'; readonly transactions: readonly Transaction[] };

/**
 * Effects, to be carried out strictly in order: what follows a `persist` must not leave the node
 * before the state is durable.
 */
export type Output =
  | { readonly kind: 'send'; readonly to: number; readonly message: Message }
  /** To every other committee member. */
  | { readonly kind: 'broadcast'; readonly message: Message }
  | { readonly kind: 'persist'; readonly state: DurableState }
  /** Exactly once per height, heights ascending without gaps from 1. */
  | { readonly kind: 'commit'; readonly commit: Commit }
  /** Call `step` with `wake` at this time; replaces the time asked for before. */
  | { readonly kind: 'wake'; readonly atMs: number }
  /** The mempool had no room (or the transaction was a duplicate): not going to be committed. */
  | { readonly kind: 'reject'; readonly transactions: readonly Transaction[] }
  | { readonly kind: 'evidence'; readonly evidence: Evidence };

export interface Commit {
  readonly height: number;
  readonly block: Block;
  /** The block's transactions less those that an earlier block had already committed. */
  readonly transactions: readonly Transaction[];
  /** SHA-256(previous digest || block id), hex: see the contract's log digests. */
  readonly digestHex: string;
}

/** What must survive a crash for safety, and nothing else. */
export interface DurableState {
  readonly lastVotedRound: number;
  readonly lastProposedRound: number;
  readonly highQc: Block['parentQc'];
  readonly lastTc: Block['timeoutCertificate'];
}

/** Proof that a committee member signed two contradicting things; verifiable by anyone. */
export interface Evidence {
  readonly offence: 'double-proposal' | 'double-vote';
  readonly round: number;
  readonly offender: number;
  readonly first: { readonly signedHex: string; readonly signatureHex: string };
  readonly second: { readonly signedHex: string; readonly signatureHex: string };
}

/**
 * Signatures and hashes as a dependency: deterministic, so still pure. Real nodes use Ed25519 and
 * SHA-256; the simulator may use something cheaper that cannot be forged inside the simulation.
 */
export interface Crypto {
  sign(message: Uint8Array): Uint8Array;
  verify(signer: number, message: Uint8Array, signature: Uint8Array): boolean;
  /** SHA-256, or a stand-in of the same length in the simulator. */
  hash(...parts: readonly Uint8Array[]): Uint8Array;
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
  readonly round: number;
  /** Who leads this round; null where nobody does, or it is not known. */
  readonly leader: number | null;
  readonly committedHeight: number;
  readonly committedRound: number;
  readonly mempoolTransactions: number;
  readonly highQcRound: number;
  /**
   * current: holds every block it knows to be certified · fetching: asks peers for blocks ·
   * out-of-window: enough peers said that they no longer hold the blocks this node needs next; it
   * goes on taking part in rounds and asking, but cannot vote or commit until someone helps.
   */
  readonly catchUp: 'current' | 'fetching' | 'out-of-window';
  readonly counters: EngineCounters;
}
