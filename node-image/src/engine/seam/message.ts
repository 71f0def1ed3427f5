/**
 * What everybody outside a protocol may know of its messages. The messages themselves, and how
 * they look on the wire, are the protocol's own.
 */

/** Raw bytes of one client transaction, header included; see shared/transaction.ts. */
export type Transaction = Uint8Array;

/** Every message of every protocol says what it is; the rest is the protocol's. */
export interface EngineMessage {
  readonly kind: string;
}

/**
 * What a message is for, in words that fit any protocol: `proposal` puts transactions in an order
 * · `vote` supports one (votes, prepares, commits, checkpoints) · `give-up` calls for another
 * leader (timeouts, view changes, new views) · `request` and `answer` fetch what is missing ·
 * `forward` hands client transactions on.
 */
export type MessageRole = 'proposal' | 'vote' | 'give-up' | 'request' | 'answer' | 'forward';

/** What queues and relays must know of a message. */
export interface LinkTraits {
  /** consensus overtakes bulk on the same link. */
  readonly lane: 'consensus' | 'bulk';
  /**
   * Which goes first when a queue is over its soft bound: the lowest rank, of equal rank the
   * oldest. Null: it can not be had again, and is kept up to the hard bound.
   */
  readonly dropRank: number | null;
}

/** What driver and interceptors must know of a message. */
export interface MessageTraits extends LinkTraits {
  readonly role: MessageRole;
  /**
   * Whether submissions that wait are given to the engine with this message: `before` it, because
   * it may make this node propose, or `after` it, because its vote carries them along. `soon`: they
   * leave before the next proposal, because its sender waits for them to make one.
   */
  readonly flushesSubmissions: 'before' | 'after' | 'soon' | null;
  /** Of a proposal, the transactions in it: tells the pace of blocks. Otherwise null. */
  readonly proposedTransactions: number | null;
}
