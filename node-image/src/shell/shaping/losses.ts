import type { LinkShaping } from '../../contract/index.ts';
import type { Chance } from './chance.ts';

type LossShape = LinkShaping['loss'];

/** Decides segment by segment which are lost. Keeps the state that bursts need. */
export interface Losses {
  next(shape: LossShape): boolean;
}

/**
 * Gilbert-Elliott as in netem: a segment meets the state that the one before it left, is lost with
 * that state's ratio, and may change the state for the next.
 */
export function createLosses(chance: Chance): Losses {
  let isBad = false;
  return {
    next(shape) {
      switch (shape.kind) {
        case 'none':
          return false;
        case 'independent':
          return shape.ratio > 0 && chance() < shape.ratio;
        case 'gilbert-elliott': {
          const wasBad = isBad;
          if (chance() < (wasBad ? shape.leaveBadRatio : shape.enterBadRatio)) isBad = !wasBad;
          return chance() < (wasBad ? shape.badLossRatio : shape.goodLossRatio);
        }
        default:
          return shape satisfies never;
      }
    },
  };
}
