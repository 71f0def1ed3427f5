import { assert } from '../../lib/assert.ts';
import { mean, standardDeviation } from '../describe.ts';
import { studentTQuantile, twoSidedP } from '../student-t.ts';
import type { Effect } from './effect.ts';

/** Blocks from which on a comparison of pairs decides. */
export const blocksMin = 4;

/**
 * Paired t test on the logarithms of new / old, block by block: what the two had in common in a
 * block (a busy hour, a warm host) cancels. For configurations that were measured in turn.
 * @param ratios new / old of each block, > 0, length >= 1
 */
export function compareBlocks(ratios: readonly number[]): Effect {
  assert(ratios.length > 0 && ratios.every((ratio) => ratio > 0), 'block ratios > 0');
  const logs = ratios.map(Math.log);
  const center = mean(logs);
  const count = logs.length;
  const known = { design: 'paired-blocks', ratio: Math.exp(center), count } as const;
  if (count < 2) {
    return { ...known, interval: null, p: null, t: null, degreesOfFreedom: null, spread: null };
  }
  const spread = standardDeviation(logs);
  return { ...known, ...testOf(center, spread / Math.sqrt(count), count - 1), spread };
}

/** t test of a log ratio against 0, with the interval of the ratio. */
export function testOf(
  center: number,
  error: number,
  degreesOfFreedom: number,
): Pick<Effect, 'interval' | 'p' | 't' | 'degreesOfFreedom'> {
  const t =
    error === 0
      ? center === 0
        ? 0
        : Math.sign(center) * Number.POSITIVE_INFINITY
      : center / error;
  const half = studentTQuantile(0.975, Math.max(1, degreesOfFreedom)) * error;
  return {
    interval: { low: Math.exp(center - half), high: Math.exp(center + half) },
    p: twoSidedP(t, degreesOfFreedom),
    t,
    degreesOfFreedom,
  };
}
