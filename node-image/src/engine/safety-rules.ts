import type { Block, TimeoutCertificate } from './messages.ts';
import { quorumSize } from './quorum.ts';

/**
 * The handful of decisions on which agreement rests, apart from everything else so that they can
 * be read in one go, and so that tests can break them one at a time and see the fork.
 * Sources: Jolteon (arXiv 2106.10362) figures 1 and 2; DiemBFT v4 report, section 3.
 */
export interface SafetyRules {
  quorumSize(committeeSize: number): number;
  /** At most one vote per round, none in a round that this node left or timed out in. */
  mayVoteInRound(blockRound: number, currentRound: number, lastVotedRound: number): boolean;
  /** The block extends the round before, or all that a timeout certificate shows to be certified. */
  isSafeToExtend(block: Block): boolean;
  /** Value of lastVotedRound after timing out: a node that gave up on a round never votes in it. */
  lastVotedAfterTimeout(lastVotedRound: number, timedOutRound: number): number;
  /** A certificate for the child commits its parent exactly if their rounds are consecutive. */
  commitsParent(parentRound: number, childRound: number): boolean;
  /** The certificate carries a proof for the highest round that its signers claim. */
  carriesItsHighQc(timeoutCertificate: TimeoutCertificate): boolean;
}

export const jolteonRules: SafetyRules = {
  quorumSize,
  mayVoteInRound: (blockRound, currentRound, lastVotedRound) =>
    blockRound === currentRound && blockRound > lastVotedRound,
  isSafeToExtend: (block) => {
    if (block.parentQc.round + 1 === block.round) return true;
    const tc = block.timeoutCertificate;
    return (
      tc !== null && tc.round + 1 === block.round && block.parentQc.round >= claimedHighQcRound(tc)
    );
  },
  lastVotedAfterTimeout: (lastVotedRound, timedOutRound) => Math.max(lastVotedRound, timedOutRound),
  commitsParent: (parentRound, childRound) => parentRound + 1 === childRound,
  carriesItsHighQc: (tc) => tc.highQc.round === claimedHighQcRound(tc),
};

/** Largest round of a certificate that a signer of the timeout certificate says it holds. */
export function claimedHighQcRound(timeoutCertificate: TimeoutCertificate): number {
  let highest = 0;
  for (const entry of timeoutCertificate.entries) {
    if (entry.highQcRound > highest) highest = entry.highQcRound;
  }
  return highest;
}
