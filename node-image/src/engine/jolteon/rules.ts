import { type ChainedRules, claimedHighQcRound, commonRules } from '../chained/rules.ts';

/** Sources: Jolteon (arXiv 2106.10362) figures 1 and 2; DiemBFT v4 report, section 3. */
export const jolteonRules: ChainedRules = {
  ...commonRules,
  chainLength: 2,
  /** The block extends the round before, or all that a timeout certificate shows to be certified. */
  isSafeToExtend: (block) => {
    if (block.parentQc.round + 1 === block.round) return true;
    const tc = block.timeoutCertificate;
    return (
      tc !== null && tc.round + 1 === block.round && block.parentQc.round >= claimedHighQcRound(tc)
    );
  },
  /** Timeout certificates prove what a lock would have to remember. */
  lockOf: () => 0,
};
