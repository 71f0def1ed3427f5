import { violated } from '../shared/invariant.ts';
import type { PreparedCertificate, SlotProposal } from './messages.ts';

export interface VoteHeld {
  readonly id: string;
  readonly signature: Uint8Array;
}

/** What this replica knows of one slot above the last stable checkpoint. */
export interface Slot {
  readonly slot: number;
  /** In the current view: the primary's proposal, and the first vote of each member. */
  accepted: { readonly id: string; readonly signature: Uint8Array } | null;
  acceptedMs: number;
  readonly prepares: Map<number, VoteHeld>;
  readonly commits: Map<number, VoteHeld>;
  hasCommitVote: boolean;
  hasToldAccepted: boolean;
  /** Across views: the prepared certificate of the highest view. */
  certificate: PreparedCertificate | null;
  /** Across views: the block that a quorum committed, once it is known. */
  committedId: string | null;
}

/**
 * The slots that are taken part in, (stable, stable + window]: whatever is sent for others is not
 * kept, so that memory is bounded whoever sends.
 */
export class SlotTable {
  readonly #windowSlots: number;
  readonly #slots = new Map<number, Slot>();
  #stableSlot = 0;

  constructor(windowSlots: number) {
    this.#windowSlots = windowSlots;
  }

  get lastSlot(): number {
    return this.#stableSlot + this.#windowSlots;
  }

  isWithin(slot: number): boolean {
    return slot > this.#stableSlot && slot <= this.lastSlot;
  }

  find(slot: number): Slot | undefined {
    return this.#slots.get(slot);
  }

  /** @param slot within the window */
  at(slot: number): Slot {
    const held = this.#slots.get(slot);
    if (held !== undefined) return held;
    if (!this.isWithin(slot)) violated(`slot ${slot} is outside of the window`);
    const fresh = freshSlot(slot);
    this.#slots.set(slot, fresh);
    return fresh;
  }

  /** In no particular order. */
  all(): IterableIterator<Slot> {
    return this.#slots.values();
  }

  ascending(): Slot[] {
    return [...this.#slots.values()].sort((a, b) => a.slot - b.slot);
  }

  /** What this replica can prove was prepared, slots ascending. */
  prepared(): PreparedCertificate[] {
    return this.ascending().flatMap(({ certificate }) =>
      certificate === null ? [] : [certificate],
    );
  }

  accepted(): SlotProposal[] {
    return this.ascending().flatMap(({ slot, accepted }) =>
      accepted === null ? [] : [{ slot, ...accepted }],
    );
  }

  /** The last slot with a proposal or a certificate; the stable one if there is none. */
  highest(): number {
    let highest = this.#stableSlot;
    for (const { slot, accepted, certificate, committedId } of this.#slots.values()) {
      const isUsed = accepted !== null || certificate !== null || committedId !== null;
      if (isUsed && slot > highest) highest = slot;
    }
    return highest;
  }

  /** The checkpoint at that slot is stable: what lies below is settled. */
  settle(stableSlot: number): void {
    this.#stableSlot = stableSlot;
    for (const slot of this.#slots.keys()) if (slot <= stableSlot) this.#slots.delete(slot);
  }

  /** Votes and proposals of a view mean nothing in the next one. */
  enterView(): void {
    for (const slot of this.#slots.values()) {
      slot.accepted = null;
      slot.prepares.clear();
      slot.commits.clear();
      slot.hasCommitVote = false;
      slot.hasToldAccepted = false;
    }
  }
}

function freshSlot(slot: number): Slot {
  return {
    slot,
    accepted: null,
    acceptedMs: 0,
    prepares: new Map(),
    commits: new Map(),
    hasCommitVote: false,
    hasToldAccepted: false,
    certificate: null,
    committedId: null,
  };
}
