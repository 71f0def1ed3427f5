import { blocksMin } from './compare-blocks.ts';
import { repetitionsForRanks } from './compare-sessions.ts';
import type { Effect } from './effect.ts';

/** From an effect to a word, knowing which direction is better. */

export type Severity = 'none' | 'minor' | 'moderate' | 'major' | 'critical';
export type Outcome = 'regression' | 'improvement' | 'equivalent' | 'inconclusive';

export interface Decision {
  readonly outcome: Outcome;
  readonly severity: Severity;
  /** How much worse the newer is: 0.1 = a tenth; negative is better. */
  readonly worse: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Smaller changes are not told from noise. */
  readonly worseMin: number;
  /** Repetitions (blocks, sessions) that could decide; null where it is decided. */
  readonly neededMore: number | null;
}

export interface Weighing {
  /** After correction for many tests; null if nothing could be tested. */
  readonly adjustedP: number | null;
  /** 1: higher is better, -1: lower is better. */
  readonly direction: 1 | -1;
  /** Robust spread of session means, measured or assumed. */
  readonly noise: number;
  readonly tau: number;
  /** .05, or .01 for a gate in CI. */
  readonly significance: number;
}

const worseMinLeast = 0.05;
/** Lower edges, worst first. */
const edges: readonly (readonly [Severity, number])[] = [
  ['critical', 0.4],
  ['major', 0.2],
  ['moderate', 0.1],
  ['minor', 0.05],
];
export const severities: readonly Severity[] = ['none', 'minor', 'moderate', 'major', 'critical'];

/**
 * regression: significant after correction, at least `worseMin` worse, and the whole interval
 * worse. improvement: the same the other way. equivalent: the whole interval inside +-worseMin.
 * Anything else is inconclusive, which is not "no change".
 */
export function decide(effect: Effect, weighing: Weighing): Decision {
  const { direction, adjustedP, significance } = weighing;
  const worse = -direction * (effect.ratio - 1);
  const interval = worseInterval(effect, direction);
  // Blocks of one session carry no difference between sessions: their own interval is the noise.
  const noise = effect.design === 'paired-blocks' ? 0 : weighing.noise;
  const worseMin = Math.max(worseMinLeast, 2 * noise);
  const isTold =
    isEnough(effect) && adjustedP !== null && adjustedP < significance && interval !== null;
  const outcome = ((): Outcome => {
    if (isTold && worse >= worseMin && interval.low > 0) return 'regression';
    if (isTold && worse <= -worseMin && interval.high < 0) return 'improvement';
    if (interval !== null && interval.low > -worseMin && interval.high < worseMin) {
      return 'equivalent';
    }
    return 'inconclusive';
  })();
  const severity =
    outcome === 'regression' ? severityOf(worse, interval?.low ?? 0, effect, weighing.tau) : 'none';
  const neededMore = outcome === 'inconclusive' ? moreNeeded(effect, worse, worseMin) : null;
  return { outcome, severity, worse, interval, worseMin, neededMore };
}

/** Three repetitions claim nothing (statistics B1): a smoke test shows, and does not decide. */
function isEnough({ design, count }: Effect): boolean {
  return design === 'paired-blocks' ? count >= blocksMin : design !== 'smoke';
}

/**
 * One level down if the near end of the interval is below half the lower edge. Two lone sessions
 * are at most moderate, unless 40 % or three times the spread between sessions apart.
 */
export function severityOf(worse: number, low: number, effect: Effect, tau: number): Severity {
  const [name, edge] = edges.find(([, least]) => worse >= least) ?? (['none', 0] as const);
  let level = severities.indexOf(name);
  if (level > 0 && low < edge / 2) level -= 1;
  if (effect.design === 'lone' && worse < 0.4 && worse <= 3 * tau) {
    level = Math.min(level, severities.indexOf('moderate'));
  }
  return severities[level] ?? 'none';
}

/** The worst of some; `none` of none. */
export function worstSeverity(of: readonly Severity[]): Severity {
  const most = Math.max(0, ...of.map((severity) => severities.indexOf(severity)));
  return severities[most] ?? 'none';
}

function worseInterval({ interval }: Effect, direction: 1 | -1): Decision['interval'] {
  if (interval === null) return null;
  const ends = [-direction * (interval.low - 1), -direction * (interval.high - 1)];
  return { low: Math.min(...ends), high: Math.max(...ends) };
}

/**
 * Values per side for 80 % power at 5 %: n = 15.7 (c / delta)^2 + 1, c the spread between them.
 * @param spread coefficient of variation, > 0
 * @param delta relative change to be found, > 0
 */
export function repetitionsFor(spread: number, delta: number): number {
  return Math.round(15.7 * (spread / delta) ** 2 + 1);
}

function moreNeeded(effect: Effect, worse: number, worseMin: number): number | null {
  const { spread, count, design } = effect;
  const least = design === 'smoke' ? repetitionsForRanks : 0;
  if (spread === null || spread === 0) return null;
  const wanted = Math.max(least, repetitionsFor(spread, Math.max(worseMin, Math.abs(worse))));
  return Math.max(1, wanted - count);
}
