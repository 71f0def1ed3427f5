import type { Transaction } from '../seam/message.ts';

/**
 * The values that PBFT replicas exchange. Plain immutable data; how they look on the wire is
 * codec/'s business, what is signed is signing.ts's. `id` is always a block's hash: 64 hex digits.
 */

/** A batch of transactions, bound to its slot: the hash covers the slot and who made it when. */
export interface Block {
  readonly id: string;
  readonly slot: number;
  /** In which it was first proposed; it may be proposed again in later ones. */
  readonly view: number;
  readonly author: number;
  /** The author's wall clock, Unix milliseconds with fractions; never used for safety. */
  readonly createdUnixMs: number;
  readonly transactions: readonly Transaction[];
}

export interface MemberSignature {
  readonly member: number;
  readonly signature: Uint8Array;
}

/** The log up to and with a slot, and the memory that suppresses duplicates after it. */
export interface Checkpoint {
  readonly slot: number;
  /** SHA-256(digest before || block id), hex: the contract's log digest at this height. */
  readonly logDigest: string;
  /** SHA-256 of the client windows' canonical bytes, hex. */
  readonly windowsDigest: string;
}

/** A quorum signed the checkpoint: at least one honest member can hand out what is below. */
export interface StableCertificate extends Checkpoint {
  /** Distinct members. None at slot 0, where everybody starts. */
  readonly signatures: readonly MemberSignature[];
}

/** Proof that (view, slot) can hold no other block: the proposal and q - 1 PREPAREs for it. */
export interface PreparedCertificate {
  readonly slot: number;
  readonly view: number;
  readonly id: string;
  readonly proposalSignature: Uint8Array;
  /** Of distinct members, the view's primary not among them. */
  readonly prepares: readonly MemberSignature[];
}

/** What a member that gives up on all views below `view` vouches for. */
export interface ViewChangeStatement {
  readonly view: number;
  readonly member: number;
  readonly stable: StableCertificate;
  /** One per slot, slots ascending, each above `stable.slot` and within the window. */
  readonly prepared: readonly PreparedCertificate[];
  readonly signature: Uint8Array;
}

/** A PRE-PREPARE without its block: what a new view begins with. */
export interface SlotProposal {
  readonly slot: number;
  readonly id: string;
  readonly signature: Uint8Array;
}

export interface PrePrepare {
  readonly kind: 'pre-prepare';
  readonly view: number;
  readonly block: Block;
  readonly signature: Uint8Array;
}

export interface Prepare {
  readonly kind: 'prepare';
  readonly view: number;
  readonly slot: number;
  readonly id: string;
  readonly signature: Uint8Array;
}

export interface CommitVote {
  readonly kind: 'commit';
  readonly view: number;
  readonly slot: number;
  readonly id: string;
  /** Empty where links authenticate (`auth: channel`). */
  readonly signature: Uint8Array;
}

export interface CheckpointVote extends Checkpoint {
  readonly kind: 'checkpoint';
  readonly signature: Uint8Array;
}

export interface ViewChange {
  readonly kind: 'view-change';
  readonly statement: ViewChangeStatement;
}

export interface NewView {
  readonly kind: 'new-view';
  readonly view: number;
  /** A quorum of statements for this view, of distinct members. */
  readonly statements: readonly ViewChangeStatement[];
  /** One for each slot that may have been committed in an earlier view, and those between. */
  readonly proposals: readonly SlotProposal[];
  readonly signature: Uint8Array;
}

/** What this member accepted, told to those who seem to have accepted something else. */
export interface Accepted {
  readonly kind: 'accepted';
  readonly view: number;
  readonly slot: number;
  readonly id: string;
  /** The primary's. */
  readonly signature: Uint8Array;
}

/** Where the sender is; answered with whatever it seems to lack. */
export interface Status {
  readonly kind: 'status';
  readonly view: number;
  readonly isActive: boolean;
  readonly stableSlot: number;
  readonly executedSlot: number;
}

/** Proof that the log is stable up to a slot. */
export interface Stable {
  readonly kind: 'stable';
  readonly certificate: StableCertificate;
}

/** Asks for the log above a slot, or for a snapshot where nobody remembers that much. */
export interface LogRequest {
  readonly kind: 'log-request';
  readonly executedSlot: number;
  readonly wantsSnapshot: boolean;
}

/**
 * The log above the slot asked for, oldest first: ids up to a stable checkpoint, which prove every
 * block among them, and as many of the blocks as fit. Or a snapshot: `windows`, and no ids.
 */
export interface LogAnswer {
  readonly kind: 'log-answer';
  readonly executedSlot: number;
  /** Newest slot that the sender no longer holds. */
  readonly droppedSlot: number;
  readonly certificate: StableCertificate | null;
  readonly ids: readonly string[];
  readonly blocks: readonly Block[];
  readonly windows: Uint8Array | null;
}

/** Asks for the body of a block whose id is agreed upon. */
export interface BlockRequest {
  readonly kind: 'block-request';
  readonly slot: number;
  readonly id: string;
}

export interface BlockAnswer {
  readonly kind: 'block-answer';
  readonly block: Block;
}

/** Client transactions handed on: to the primary, and to all once it seems not to hear. */
export interface Forward {
  readonly kind: 'forward';
  readonly transactions: readonly Transaction[];
}

export type Message =
  | PrePrepare
  | Prepare
  | CommitVote
  | CheckpointVote
  | ViewChange
  | NewView
  | Accepted
  | Status
  | Stable
  | LogRequest
  | LogAnswer
  | BlockRequest
  | BlockAnswer
  | Forward;

/** What the front of a message says, enough to know whether the rest is of any use. */
export type MessageHeader =
  | {
      readonly kind: 'pre-prepare' | 'prepare' | 'commit' | 'accepted';
      readonly view: number;
      readonly slot: number;
    }
  | { readonly kind: 'checkpoint'; readonly slot: number }
  | { readonly kind: 'view-change' | 'new-view'; readonly view: number }
  | { readonly kind: 'log-answer' | 'block-answer' }
  | { readonly kind: 'status' | 'stable' | 'log-request' | 'block-request' | 'forward' };

/** Slot 0 of every log: stable without signatures, because every member starts from it. */
export const genesis: StableCertificate = {
  slot: 0,
  logDigest: '0'.repeat(64),
  windowsDigest: '0'.repeat(64),
  signatures: [],
};

/** What must survive a crash so that a restarted replica never contradicts itself. */
export interface DurableState {
  /** The last view this replica was active in. */
  readonly view: number;
  /** The view it calls for; equal to `view` while it is active. */
  readonly pendingView: number;
  readonly stable: StableCertificate;
  /** By slot, the prepared certificate of the highest view. */
  readonly prepared: readonly PreparedCertificate[];
  /** What was proposed or accepted in `view`; empty while inactive. */
  readonly accepted: readonly SlotProposal[];
}
