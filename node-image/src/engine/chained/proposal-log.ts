import type { Evidence } from '../seam/evidence.ts';
import { toHex } from '../shared/bytes.ts';
import type { BlockId, Proposal } from './messages.ts';
import type { Signing } from './signing.ts';

/** Rounds remembered. */
const roundsMax = 256;
/** An equivocating leader's blocks kept per round; a further one is fetched if it is certified. */
export const proposalsPerRoundMax = 4;

/** What proves, with its round, that a leader proposed a block. */
export interface ProposalFront {
  readonly author: number;
  readonly id: BlockId;
  readonly signature: Uint8Array;
}

interface RoundProposals {
  readonly first: ProposalFront;
  readonly ids: Set<BlockId>;
  isAccused: boolean;
}

/** Remembers which validly signed proposals were seen, to drop repeats and to prove equivocation. */
export class ProposalLog {
  readonly #signing: Signing;
  readonly #rounds = new Map<number, RoundProposals>();

  constructor(signing: Signing) {
    this.#signing = signing;
  }

  hasSeen(round: number, id: BlockId): boolean {
    return this.#rounds.get(round)?.ids.has(id) ?? false;
  }

  hasAny(round: number): boolean {
    return this.#rounds.has(round);
  }

  isFull(round: number): boolean {
    return (this.#rounds.get(round)?.ids.size ?? 0) >= proposalsPerRoundMax;
  }

  /** The first one of a round. */
  frontOf(round: number): ProposalFront | undefined {
    return this.#rounds.get(round)?.first;
  }

  /**
   * @param proposal verified to be signed by the round's leader
   * @returns evidence the first time a leader is seen to have signed two blocks of a round
   */
  record(proposal: Proposal): Evidence | null {
    const { round, id, author } = proposal.block;
    const seen = this.#rounds.get(round);
    if (seen !== undefined) {
      seen.ids.add(id);
      return this.accuse(round, id, proposal.signature);
    }
    const signature = new Uint8Array(proposal.signature); // not a view into the frame
    this.#rounds.set(round, {
      first: { author, id, signature },
      ids: new Set([id]),
      isAccused: false,
    });
    this.#forgetOldest();
    return null;
  }

  /** Whether a proposal of this block would be news against the leader of that round. */
  isRival(round: number, id: BlockId): boolean {
    const seen = this.#rounds.get(round);
    return seen !== undefined && !seen.isAccused && seen.first.id !== id;
  }

  /**
   * @param signature verified to be that of the author of the round's first proposal
   * @returns evidence if that is news
   */
  accuse(round: number, id: BlockId, signature: Uint8Array): Evidence | null {
    const seen = this.#rounds.get(round);
    if (seen === undefined || !this.isRival(round, id)) return null;
    seen.isAccused = true;
    const statement = (front: Pick<ProposalFront, 'id' | 'signature'>) => ({
      signedHex: toHex(this.#signing.proposal(round, front.id)),
      signatureHex: toHex(front.signature),
    });
    return {
      offence: 'double-proposal',
      round,
      offender: seen.first.author,
      first: statement(seen.first),
      second: statement({ id, signature }),
    };
  }

  #forgetOldest(): void {
    if (this.#rounds.size <= roundsMax) return;
    for (const oldest of this.#rounds.keys()) {
      this.#rounds.delete(oldest);
      return;
    }
  }
}
