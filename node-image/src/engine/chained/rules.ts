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
  /** The block extends the round before, or all that a timeout certificate shows to be certified. */
  isSafeToExtend(block: Block): boolean;
  /** Value of lastVotedRound after timing out: a node that gave up on a round never votes in it. */
  lastVotedAfterTimeout(lastVotedRound: number, timedOutRound: number): number;
  /** A certificate for the child commits its parent exactly if their rounds are consecutive. */
  commitsParent(parentRound: number, childRound: number): boolean;
  /** The certificate carries a proof for the highest round that its signers claim. */
  carriesItsHighQc(timeoutCertificate: TimeoutCertificate): boolean;
}

/** Largest round of a certificate that a signer of the timeout certificate says it holds. */
export function claimedHighQcRound(timeoutCertificate: TimeoutCertificate): number {
  let highest = 0;
  for (const entry of timeoutCertificate.entries) {
    if (entry.highQcRound > highest) highest = entry.highQcRound;
  }
  return highest;
}
