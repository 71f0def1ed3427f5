import { quorumSize } from '../shared/quorum.ts';
import type { Block, TimeoutCertificate } from './messages.ts';

/**
 * The handful of decisions on which agreement rests, apart from everything else so that they can
 * be read in one go, and so that tests can break them one at a time and see the fork. What differs
 * between chained protocols is here; the rest they share.
 */
export interface ChainedRules {
  quorumSize(committeeSize: number): number;
  /** At most one vote per round, none in a round that this node left or timed out in. */
  mayVoteInRound(blockRound: number, currentRound: number, lastVotedRound: number): boolean;
  /**
   * Whether this node may vote for the block.
   * @param lockedRound of the lock: see `lockOf`
   */
  isSafeToExtend(block: Block, lockedRound: number): boolean;
  /** Round below which this node votes for no parent once it has seen this certified block; 0: none. */
  lockOf(certified: Block): number;
  /** Value of lastVotedRound after timing out: a node that gave up on a round never votes in it. */
  lastVotedAfterTimeout(lastVotedRound: number, timedOutRound: number): number;
  /** Blocks from the certified one down to the one that it may commit. */
  readonly chainLength: number;
  /** Whether the last of them is committed. @param rounds of so many blocks, the certified first */
  commits(rounds: readonly number[]): boolean;
  /** The certificate carries a proof for the highest round that its signers claim. */
  carriesItsHighQc(timeoutCertificate: TimeoutCertificate): boolean;
}

/** What chained protocols have in common. */
export const commonRules = {
  quorumSize,
  mayVoteInRound: (blockRound: number, currentRound: number, lastVotedRound: number) =>
    blockRound === currentRound && blockRound > lastVotedRound,
  lastVotedAfterTimeout: (lastVotedRound: number, timedOutRound: number) =>
    Math.max(lastVotedRound, timedOutRound),
  /** Exactly if their rounds are consecutive. */
  commits: (rounds: readonly number[]) =>
    rounds.every((round, below) => below === 0 || round + 1 === rounds[below - 1]),
  carriesItsHighQc: (tc: TimeoutCertificate) => tc.highQc.round === claimedHighQcRound(tc),
};

/** Largest round of a certificate that a signer of the timeout certificate says it holds. */
export function claimedHighQcRound(timeoutCertificate: TimeoutCertificate): number {
  let highest = 0;
  for (const entry of timeoutCertificate.entries) {
    if (entry.highQcRound > highest) highest = entry.highQcRound;
  }
  return highest;
}
