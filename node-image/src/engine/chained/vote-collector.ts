import type { Evidence } from '../seam/evidence.ts';
import { toHex } from '../shared/bytes.ts';
import type { Certificates } from './certificates.ts';
import type { BlockId, QuorumCertificate, Vote } from './messages.ts';
import type { Signing } from './signing.ts';

/** How far ahead of this node's round votes are kept: voters may be faster than their leader. */
const aheadRoundsMax = 100;

export interface VoteWindow {
  /** Votes below this round are late. */
  readonly currentRound: number;
  /** Votes up to this round have their certificate already. */
  readonly highQcRound: number;
}

export type VoteOutcome =
  /** Late, repeated or too far ahead: dropped before its signature was looked at. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'counted' }
  | { readonly kind: 'quorum'; readonly qc: QuorumCertificate }
  | { readonly kind: 'double'; readonly evidence: Evidence };

interface RoundVotes {
  /** First vote of each member. */
  readonly byVoter: (Vote | undefined)[];
  readonly countOf: Map<BlockId, number>;
  readonly accused: Set<number>;
  isComplete: boolean;
}

const ignored: VoteOutcome = { kind: 'ignored' };
const invalid: VoteOutcome = { kind: 'invalid' };
const counted: VoteOutcome = { kind: 'counted' };

/**
 * Gathers votes for the rounds whose next leader this node is. Votes may come before their block.
 * Bounded: about a hundred rounds, one vote per member in each.
 */
export class VoteCollector {
  readonly #certificates: Certificates;
  readonly #signing: Signing;
  readonly #quorum: number;
  readonly #rounds = new Map<number, RoundVotes>();

  constructor(options: { quorum: number; signing: Signing }, certificates: Certificates) {
    this.#certificates = certificates;
    this.#signing = options.signing;
    this.#quorum = options.quorum;
  }

  /** Whether the round has its certificate, or needs none any more. */
  isLate(round: number, window: VoteWindow): boolean {
    return round < window.currentRound - 1 || round <= window.highQcRound;
  }

  add(vote: Vote, window: VoteWindow): VoteOutcome {
    if (this.isLate(vote.round, window)) return ignored;
    if (vote.round > window.currentRound + aheadRoundsMax) return ignored;
    const votes = this.#rounds.get(vote.round);
    if (votes?.isComplete) return ignored;
    const earlier = votes?.byVoter[vote.voter];
    if (earlier !== undefined && earlier.blockId === vote.blockId) return ignored;
    if (earlier !== undefined && votes?.accused.has(vote.voter)) return ignored;
    const verified = this.#certificates.verifiedVote(vote);
    if (verified === null) return invalid;
    if (earlier !== undefined) return this.#accuse(earlier, verified);
    return this.#count(verified);
  }

  /** Forgets rounds that cannot matter again. */
  forgetBelow(round: number): void {
    for (const held of this.#rounds.keys()) {
      if (held < round) this.#rounds.delete(held);
    }
  }

  #count(vote: Vote): VoteOutcome {
    const votes = this.#roundVotes(vote.round);
    votes.byVoter[vote.voter] = vote;
    const count = (votes.countOf.get(vote.blockId) ?? 0) + 1;
    votes.countOf.set(vote.blockId, count);
    if (count < this.#quorum) return counted;
    votes.isComplete = true;
    const signers: number[] = [];
    const signatures: Uint8Array[] = [];
    votes.byVoter.forEach((each, voter) => {
      if (each === undefined || each.blockId !== vote.blockId) return;
      signers.push(voter);
      signatures.push(each.signature);
    });
    const { round, blockId } = vote;
    const qc = this.#certificates.adopt({ round, blockId, signers, signatures });
    return { kind: 'quorum', qc };
  }

  #accuse(first: Vote, second: Vote): VoteOutcome {
    this.#roundVotes(first.round).accused.add(first.voter);
    const statement = (vote: Vote) => ({
      signedHex: toHex(this.#signing.vote(vote.round, vote.blockId)),
      signatureHex: toHex(vote.signature),
    });
    const evidence: Evidence = {
      offence: 'double-vote',
      round: first.round,
      offender: first.voter,
      first: statement(first),
      second: statement(second),
    };
    return { kind: 'double', evidence };
  }

  #roundVotes(round: number): RoundVotes {
    const held = this.#rounds.get(round);
    if (held !== undefined) return held;
    const fresh: RoundVotes = {
      byVoter: [],
      countOf: new Map(),
      accused: new Set(),
      isComplete: false,
    };
    this.#rounds.set(round, fresh);
    return fresh;
  }
}
