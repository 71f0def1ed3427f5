import type { LossShape } from '../model/network.ts';

/**
 * Share of packets lost in the long run. Gilbert-Elliott: the stationary distribution of its two
 * states, bad = enter / (enter + leave) (Hasslinger and Hohlfeld, 2008).
 */
export function meanLossRatio(loss: LossShape): number {
  if (loss.kind === 'none') return 0;
  if (loss.kind === 'independent') return loss.ratio;
  const { enterBadRatio, leaveBadRatio, badLossRatio, goodLossRatio } = loss;
  const moves = enterBadRatio + leaveBadRatio;
  const badShare = moves === 0 ? 0 : enterBadRatio / moves;
  return badShare * badLossRatio + (1 - badShare) * goodLossRatio;
}
