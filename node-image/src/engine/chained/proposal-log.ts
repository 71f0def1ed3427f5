import type { Evidence } from '../seam/evidence.ts';
import { toHex } from '../shared/bytes.ts';
import type { BlockId, Proposal } from './messages.ts';
import type { Signing } from './signing.ts';

/** Rounds remembered. */
const roundsMax = 256;
/** An equivocating author's blocks kept per round; a further one is fetched if it is certified. */
export const proposalsPerRoundMax = 4;

/** Of one author in one round. */
interface AuthorProposals {
  readonly first: { readonly id: BlockId; readonly signature: Uint8Array };
  readonly ids: Set<BlockId>;
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

  /**
   * @param proposal verified to be signed by its author
   * @returns evidence the first time an author is seen to have signed two blocks of a round
   */
  record(proposal: Proposal): Evidence | null {
    const { round, id, author } = proposal.block;
    const authors = this.#rounds.get(round) ?? new Map<number, AuthorProposals>();
    const seen = authors.get(author);
    if (seen === undefined) {
      const signature = new Uint8Array(proposal.signature); // not a view into the frame
      authors.set(author, { first: { id, signature }, ids: new Set([id]) });
      this.#rounds.set(round, authors);
      this.#forgetOldest();
      return null;
    }
    seen.ids.add(id);
    if (seen.ids.size !== 2) return null;
    const statement = (blockId: BlockId, signature: Uint8Array) => ({
      signedHex: toHex(this.#signing.proposal(round, blockId)),
      signatureHex: toHex(signature),
    });
    return {
      offence: 'double-proposal',
      round,
      offender: author,
      first: statement(seen.first.id, seen.first.signature),
      second: statement(id, proposal.signature),
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
