import type { Evidence } from '../seam/evidence.ts';
import { toHex } from '../shared/bytes.ts';
import type { BlockId, Proposal } from './messages.ts';
import type { Signing } from './signing.ts';

/** Rounds remembered. */
const roundsMax = 256;
/** An equivocating author's blocks kept per round; a further one is fetched if it is certified. */
export const proposalsPerRoundMax = 4;

/** What proves, with its round, that a member proposed a block. */
export interface ProposalFront {
  readonly author: number;
  readonly id: BlockId;
  readonly signature: Uint8Array;
}

/** Of one author in one round. */
interface AuthorProposals {
  readonly first: ProposalFront;
  readonly ids: Set<BlockId>;
  isAccused: boolean;
}

/** Remembers which validly signed proposals were seen, to drop repeats and to prove equivocation. */
export class ProposalLog {
  readonly #signing: Signing;
  /** By round, then by author: where the leader depends on a block that is missing, there may be some. */
  readonly #rounds = new Map<number, Map<number, AuthorProposals>>();

  constructor(signing: Signing) {
    this.#signing = signing;
  }

  hasSeen(round: number, author: number, id: BlockId): boolean {
    return this.#rounds.get(round)?.get(author)?.ids.has(id) ?? false;
  }

  hasAny(round: number): boolean {
    return this.#rounds.has(round);
  }

  isFull(round: number, author: number): boolean {
    return (this.#rounds.get(round)?.get(author)?.ids.size ?? 0) >= proposalsPerRoundMax;
  }

  /** The first one of each author in a round, unless one of them proposed this block. */
  frontsBeside(round: number, id: BlockId): readonly ProposalFront[] {
    const authors = [...(this.#rounds.get(round)?.values() ?? [])];
    return authors.some(({ ids }) => ids.has(id)) ? [] : authors.map(({ first }) => first);
  }

  /**
   * @param proposal verified to be signed by its author
   * @returns evidence the first time an author is seen to have signed two blocks of a round
   */
  record(proposal: Proposal): Evidence | null {
    const { round, id, author } = proposal.block;
    const authors = this.#rounds.get(round) ?? new Map<number, AuthorProposals>();
    const seen = authors.get(author);
    const signature = new Uint8Array(proposal.signature); // not a view into the frame
    if (seen !== undefined) {
      seen.ids.add(id);
      return this.accuse(round, { author, id, signature });
    }
    const first = { author, id, signature };
    authors.set(author, { first, ids: new Set([id]), isAccused: false });
    this.#rounds.set(round, authors);
    this.#forgetOldest();
    return null;
  }

  /** Whether a proposal of this block by this author would be news against it. */
  isRival(round: number, { author, id }: Pick<ProposalFront, 'author' | 'id'>): boolean {
    const seen = this.#rounds.get(round)?.get(author);
    return seen !== undefined && !seen.isAccused && seen.first.id !== id;
  }

  /**
   * @param front verified to be signed by its author
   * @returns evidence if that is news
   */
  accuse(round: number, front: ProposalFront): Evidence | null {
    const seen = this.#rounds.get(round)?.get(front.author);
    if (seen === undefined || !this.isRival(round, front)) return null;
    seen.isAccused = true;
    const statement = ({ id, signature }: ProposalFront) => ({
      signedHex: toHex(this.#signing.proposal(round, id)),
      signatureHex: toHex(signature),
    });
    return {
      offence: 'double-proposal',
      round,
      offender: front.author,
      first: statement(seen.first),
      second: statement(front),
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
