import { type ChainedRules, claimedHighQcRound } from '../chained/rules.ts';
import { quorumSize } from '../shared/quorum.ts';

/** Sources: Jolteon (arXiv 2106.10362) figures 1 and 2; DiemBFT v4 report, section 3. */
export const jolteonRules: ChainedRules = {
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
