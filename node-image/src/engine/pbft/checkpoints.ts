import type { Checkpoint, CheckpointVote, StableCertificate } from './messages.ts';
import type { Statements } from './statements.ts';

/** Votes remembered of each member: the newest, because the far behind must learn of the newest. */
const votesPerMember = 4;

interface Held {
  readonly vote: Omit<CheckpointVote, 'kind'>;
  isVerified: boolean;
}

/**
 * Gathers CHECKPOINTs until a quorum has said the same. Bounded by a few votes of each member,
 * however far ahead they claim to be. Signatures are looked at only once there are enough.
 */
export class CheckpointVotes {
  readonly #statements: Statements;
  readonly #votes = new Map<number, Held[]>();

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /**
   * @param isOwn this node's own, whose signature is not checked
   * @returns the certificate, if this vote completes one
   */
  add(member: number, vote: Omit<CheckpointVote, 'kind'>, isOwn = false): StableCertificate | null {
    const held = (this.#votes.get(member) ?? []).filter((each) => each.vote.slot !== vote.slot);
    held.push({ vote, isVerified: isOwn });
    this.#votes.set(member, held.slice(-votesPerMember));
    return this.#certify(vote);
  }

  has(member: number, { slot, logDigest, windowsDigest }: Checkpoint): boolean {
    const held = this.#votes.get(member)?.find(({ vote }) => vote.slot === slot);
    return held?.vote.logDigest === logDigest && held.vote.windowsDigest === windowsDigest;
  }

  of(member: number): Omit<CheckpointVote, 'kind'>[] {
    return (this.#votes.get(member) ?? []).map(({ vote }) => vote);
  }

  forgetUpTo(slot: number): void {
    for (const [member, held] of this.#votes) {
      const kept = held.filter(({ vote }) => vote.slot > slot);
      if (kept.length === 0) this.#votes.delete(member);
      else if (kept.length < held.length) this.#votes.set(member, kept);
    }
  }

  #certify({ slot, logDigest, windowsDigest }: Checkpoint): StableCertificate | null {
    const { quorum } = this.#statements;
    const checkpoint = { slot, logDigest, windowsDigest };
    const same = [...this.#votes].filter(([member]) => this.has(member, checkpoint));
    if (same.length < quorum) return null;
    const signatures = [];
    for (const [member, votes] of same) {
      const held = votes.find(({ vote }) => vote.slot === slot);
      if (held === undefined || signatures.length >= quorum) continue;
      held.isVerified ||= this.#statements.isCheckpointSigned(
        member,
        checkpoint,
        held.vote.signature,
      );
      if (held.isVerified) {
        signatures.push({ member, signature: new Uint8Array(held.vote.signature) });
      } else this.#votes.set(member, votes.filter((each) => each !== held));
    }
    if (signatures.length < quorum) return null;
    return this.#statements.adoptStable({ ...checkpoint, signatures });
  }
}
