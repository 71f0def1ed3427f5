import { violated } from '../shared/invariant.ts';
import { genesisQc } from './genesis.ts';
import type { QuorumCertificate, TimeoutCertificate } from './messages.ts';
import type { DurableState } from './seam.ts';

/**
 * What a node must not forget. Every value only grows; whoever changes one must see to it that
 * the snapshot is durable before the message that depends on it leaves.
 */
export class SafetyState {
  #lastVotedRound: number;
  #lastProposedRound: number;
  #highQc: QuorumCertificate;
  #lastTc: TimeoutCertificate | null;
  #lockedRound: number;

  constructor(restored: DurableState | null) {
    this.#lastVotedRound = restored?.lastVotedRound ?? 0;
    this.#lastProposedRound = restored?.lastProposedRound ?? 0;
    this.#highQc = restored?.highQc ?? genesisQc;
    this.#lastTc = restored?.lastTc ?? null;
    this.#lockedRound = restored?.lockedRound ?? 0;
  }

  get lastVotedRound(): number {
    return this.#lastVotedRound;
  }

  get lastProposedRound(): number {
    return this.#lastProposedRound;
  }

  /** The certificate of the highest round this node holds; fully verified. */
  get highQc(): QuorumCertificate {
    return this.#highQc;
  }

  /** The timeout certificate of the highest round this node entered by; fully verified. */
  get lastTc(): TimeoutCertificate | null {
    return this.#lastTc;
  }

  /** No vote for a block whose parent is of a lower round; 0: no lock. */
  get lockedRound(): number {
    return this.#lockedRound;
  }

  /** The round these certificates entitle to: one above the higher of the two. */
  get entitledRound(): number {
    return Math.max(this.#highQc.round, this.#lastTc?.round ?? 0) + 1;
  }

  voted(round: number): void {
    if (round < this.#lastVotedRound) violated(`last voted round fell to ${round}`);
    this.#lastVotedRound = round;
  }

  proposed(round: number): void {
    if (round <= this.#lastProposedRound) violated(`second proposal in round ${round}`);
    this.#lastProposedRound = round;
  }

  /** @returns true if the certificate is higher than the one held */
  raiseHighQc(qc: QuorumCertificate): boolean {
    if (qc.round <= this.#highQc.round) return false;
    this.#highQc = qc;
    return true;
  }

  raiseLastTc(tc: TimeoutCertificate): void {
    if (this.#lastTc === null || tc.round > this.#lastTc.round) this.#lastTc = tc;
  }

  raiseLock(round: number): void {
    if (round > this.#lockedRound) this.#lockedRound = round;
  }

  snapshot(): DurableState {
    return {
      lastVotedRound: this.#lastVotedRound,
      lastProposedRound: this.#lastProposedRound,
      highQc: this.#highQc,
      lastTc: this.#lastTc,
      lockedRound: this.#lockedRound,
    };
  }
}
