import { type ChainedRules, commonRules } from '../chained/rules.ts';

/**
 * Chained HotStuff (Yin and others, PODC 2019, algorithms 4 and 5): three phases, and a lock.
 *
 * The paper votes for what extends the locked block, or rests on a certificate of a higher round
 * than the lock's. A round has one certificate at most, and rounds fall along a branch: so a block
 * with a parent of the lock's round rests on the locked block itself, and one with a parent of a
 * lower round cannot extend it. What is left of both conditions is one comparison.
 */
export const hotstuffRules: ChainedRules = {
  ...commonRules,
  chainLength: 3,
  isSafeToExtend: (block, lockedRound) => block.parentQc.round >= lockedRound,
  /** Two certificates above each other lock the lower block. */
  lockOf: (certified) => certified.parentQc.round,
};
