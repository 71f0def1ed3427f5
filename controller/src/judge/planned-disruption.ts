import type { NetworkState } from '../model/network.ts';
import { meanLossRatio } from '../plan/loss-ratio.ts';
import type { NetworkEvidence } from './repetition-evidence.ts';

/**
 * What a plan does to the network on purpose: effects of it are the result that was asked for, and
 * no reason to doubt it. Pure.
 */
export interface PlannedDisruption {
  /** A change falls into the window, or links lose a packet of a hundred or more. */
  readonly isAny: boolean;
  /** Links are still cut when the window ends. */
  readonly isCutAtEnd: boolean;
  /** Whether a node is cut off from somebody all through the window. */
  isCutThroughout(nodeIndex: number): boolean;
}

/** From here on lost packets alone let rounds time out. */
const LOSS_RATIO_MIN = 0.01;

export function describeDisruption(
  { initial, changesPlanned }: NetworkEvidence,
  windowMs: number,
): PlannedDisruption {
  const inside = changesPlanned.filter(({ atMs }) => atMs < windowMs);
  // A change at the very start leaves nothing of the state before it.
  const states = inside[0]?.atMs === 0 ? [] : [initial];
  states.push(...inside.map(({ state }) => state));
  const last = states.at(-1) ?? initial;
  return {
    isAny: inside.length > 0 || states.some(loses),
    isCutAtEnd: last.cuts.length > 0,
    isCutThroughout: (nodeIndex) =>
      states.every(({ cuts }) =>
        cuts.some(({ from, to }) => from.includes(nodeIndex) || to.includes(nodeIndex)),
      ),
  };
}

function loses({ links }: NetworkState): boolean {
  return links.some(({ shape }) => meanLossRatio(shape.loss) >= LOSS_RATIO_MIN);
}
