import { mean, standardDeviation } from '../describe.ts';
import { normalCdf } from '../special-functions.ts';
import { testOf } from './compare-blocks.ts';
import type { Effect } from './effect.ts';
import { hodgesLehmann, rankSumTest } from './rank-sum.ts';

/** Repetitions on each side from which on ranks are tested. */
export const repetitionsForRanks = 4;
/** 97.5 % of a normal distribution lie below it. */
const normalQuantile = 1.959963984540054;

/**
 * Two sessions of their own times: exact Mann-Whitney and Hodges-Lehmann on logarithms, because
 * spreads differ where a network saturates; below four repetitions a Welch t test as a smoke test.
 * What one session differs from the next by on an unchanged system (`tau`, on logarithms) is
 * added to the interval, and p is not smaller than it leaves.
 * @param older, newer one value per repetition, > 0
 * @param tau >= 0; measured, or assumed
 */
export function compareSessions(
  older: readonly number[],
  newer: readonly number[],
  tau: number,
): Effect {
  const [from, to] = [older.map(Math.log), newer.map(Math.log)];
  const count = Math.min(from.length, to.length);
  const spread = count < 2 ? null : Math.max(standardDeviation(from), standardDeviation(to));
  if (count < repetitionsForRanks) return smokeTest(from, to, tau);
  const { shift, interval } = hodgesLehmann(from, to);
  const { p } = rankSumTest(from, to);
  const between = 2 * tau ** 2;
  const error = interval === null ? 0 : (interval.high - interval.low) / (2 * normalQuantile);
  const wide = Math.sqrt(error ** 2 + between);
  const leftOver = wide === 0 ? p : 2 * normalCdf(-Math.abs(shift) / wide);
  return {
    design: 'lone',
    ratio: Math.exp(shift),
    interval:
      interval === null
        ? null
        : {
            low: Math.exp(shift - widen(shift - interval.low, between)),
            high: Math.exp(shift + widen(interval.high - shift, between)),
          },
    p: tau === 0 ? p : Math.max(p, leftOver),
    t: null,
    degreesOfFreedom: null,
    count,
    spread,
  };
}

function widen(half: number, between: number): number {
  return Math.sqrt(half ** 2 + normalQuantile ** 2 * between);
}

/** Welch's t test on logarithms. @param from, to logarithms */
function smokeTest(from: readonly number[], to: readonly number[], tau: number): Effect {
  const shift = mean(to) - mean(from);
  const count = Math.min(from.length, to.length);
  const known = { design: 'smoke', ratio: Math.exp(shift), count } as const;
  if (count < 2) {
    return { ...known, interval: null, p: null, t: null, degreesOfFreedom: null, spread: null };
  }
  return { ...known, ...welch(from, to, 2 * tau ** 2), spread: standardDeviation([...from]) };
}

/**
 * Welch's t test of two lists of logarithms, with the interval of the ratio second / first.
 * @param extra added to the squared error: variance that the lists cannot show
 */
export function welch(
  from: readonly number[],
  to: readonly number[],
  extra = 0,
): Pick<Effect, 'interval' | 'p' | 't' | 'degreesOfFreedom'> {
  const [a, b] = [from, to].map((side) => standardDeviation(side) ** 2 / side.length);
  const [left = 0, right = 0] = [a, b];
  const squares = left ** 2 / (from.length - 1) + right ** 2 / (to.length - 1);
  const freedom = squares === 0 ? from.length + to.length - 2 : (left + right) ** 2 / squares;
  return testOf(mean(to) - mean(from), Math.sqrt(left + right + extra), freedom);
}
