/**
 * The values that consensus nodes exchange. Plain immutable data; how they look on the wire is
 * codec/'s business, what is signed is `signing.ts`'s.
 */

/** Raw bytes of one client transaction, header included; see transaction.ts. */
export type Transaction = Uint8Array;

/** 32 bytes as 64 lower-case hex digits. The genesis block's id is 64 zeros. */
export type BlockId = string & { readonly brand: 'BlockId' };

/** A quorum of votes for one block. The genesis certificate has round 0 and no signatures. */
export interface QuorumCertificate {
  readonly round: number;
  readonly blockId: BlockId;
  /** Distinct committee indexes, ascending. */
  readonly signers: readonly number[];
  /** signatures[i] belongs to signers[i]; where the scheme aggregates there is one, of all signers. */
  readonly signatures: readonly Uint8Array[];
}

export interface TimeoutEntry {
  readonly voter: number;
  readonly highQcRound: number;
  /** Empty in a certificate that has an aggregate. */
  readonly signature: Uint8Array;
}

/** A quorum of timeouts of one round. highQc.round is the largest of the entries' highQcRound. */
export interface TimeoutCertificate {
  readonly round: number;
  readonly entries: readonly TimeoutEntry[];
  readonly highQc: QuorumCertificate;
  /** Of all entries, where the scheme aggregates. */
  readonly aggregate?: Uint8Array;
}

export interface Block {
  readonly id: BlockId;
  readonly round: number;
  readonly author: number;
  readonly parentQc: QuorumCertificate;
  readonly timeoutCertificate: TimeoutCertificate | null;
  readonly transactions: readonly Transaction[];
  /** Leader's wall clock at creation, Unix milliseconds with fractions; never used for safety. */
  readonly createdUnixMs: number;
}

export interface Proposal {
  readonly kind: 'proposal';
  readonly block: Block;
  readonly signature: Uint8Array;
}

export interface Vote {
  readonly kind: 'vote';
  readonly round: number;
  readonly blockId: BlockId;
  readonly voter: number;
  readonly signature: Uint8Array;
}

export interface Timeout {
  readonly kind: 'timeout';
  readonly round: number;
  readonly voter: number;
  readonly highQc: QuorumCertificate;
  readonly lastTc: TimeoutCertificate | null;
  readonly signature: Uint8Array;
}

/**
 * Asks for the path from `floorRound` (exclusive) up to the block (inclusive). If it is too long
 * for one response the answer is its **oldest** part, so that the asker can commit as it goes.
 */
export interface BlockRequest {
  readonly kind: 'block-request';
  readonly blockId: BlockId;
  readonly floorRound: number;
}

export interface BlockResponse {
  readonly kind: 'block-response';
  /** At most 64, newest first, each the parent of the one before. Empty: cannot help. */
  readonly blocks: readonly Block[];
  /**
   * Round of the newest block this node has dropped from its history, 0 if none. A request with a
   * lower floor cannot be served by it.
   */
  readonly droppedRound: number;
}

/** Transactions handed on to a coming leader. */
export interface Forward {
  readonly kind: 'forward';
  readonly transactions: readonly Transaction[];
}

/**
 * The signed front of a proposal, shown to those who stand for another block of that round: with
 * what they were shown themselves, it proves that the leader signed two.
 */
export interface Exhibit {
  readonly kind: 'exhibit';
  readonly round: number;
  readonly blockId: BlockId;
  /** The leader's, of the proposal. */
  readonly signature: Uint8Array;
}

/**
 * A certificate by itself, from the leader of the round after it, who has nothing to propose yet:
 * by it the others commit, and are in the leader's round when it proposes.
 */
export interface Certificate {
  readonly kind: 'certificate';
  readonly qc: QuorumCertificate;
}

export type Message =
  | Proposal
  | Vote
  | Timeout
  | BlockRequest
  | BlockResponse
  | Forward
  | Exhibit
  | Certificate;

/** What the front of a message says, enough to know whether the rest is of any use. */
export type MessageHeader =
  | {
      readonly kind: 'proposal';
      readonly blockId: BlockId;
      readonly round: number;
      readonly author: number;
    }
  | { readonly kind: 'vote' | 'certificate'; readonly round: number }
  | { readonly kind: 'timeout'; readonly round: number; readonly voter: number }
  | { readonly kind: Exclude<Message['kind'], 'proposal' | 'vote' | 'timeout' | 'certificate'> };
