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
  | { readonly kind: 'counted'; readonly culprits: readonly number[] }
  | {
      readonly kind: 'quorum';
      readonly qc: QuorumCertificate;
      /** Members whose votes were counted and proved false. */
      readonly culprits: readonly number[];
    }
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
const counted: VoteOutcome = { kind: 'counted', culprits: [] };

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
    if (earlier !== undefined) return this.#contradict(earlier, vote);
    const admitted = this.#certificates.admittedVote(vote);
    return admitted === null ? invalid : this.#count(admitted);
  }

  /** Valid votes of that round that are for another block. */
  votesAgainst(round: number, blockId: BlockId): readonly Vote[] {
    const votes = this.#rounds.get(round)?.byVoter ?? [];
    return votes.filter((vote) => vote !== undefined && vote.blockId !== blockId) as Vote[];
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
    const agreed = votes.byVoter.filter((each) => each?.blockId === vote.blockId);
    const { certificate, culprits } = this.#certificates.certifyVotes(
      agreed.filter((each) => each !== undefined),
    );
    for (const culprit of culprits) this.#forget(votes, culprit);
    if (certificate === null) return { kind: 'counted', culprits };
    votes.isComplete = true;
    return { kind: 'quorum', qc: certificate, culprits };
  }

  #forget({ byVoter, countOf }: RoundVotes, voter: number): void {
    const vote = byVoter[voter];
    if (vote === undefined) return;
    byVoter[voter] = undefined;
    countOf.set(vote.blockId, (countOf.get(vote.blockId) ?? 0) - 1);
  }

  /** Two votes of one member: only what it signed is held against it. */
  #contradict(earlier: Vote, vote: Vote): VoteOutcome {
    const second = this.#certificates.verifiedVote(vote);
    if (second === null) return invalid;
    const first = this.#certificates.verifiedVote(earlier);
    if (first !== null) return this.#accuse(first, second);
    // The earlier one had not been checked yet, and was false.
    this.#forget(this.#roundVotes(earlier.round), earlier.voter);
    return this.#count(second);
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
