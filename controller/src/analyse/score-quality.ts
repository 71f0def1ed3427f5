import type { Estimate, Quality, RepetitionFinding } from '../model/finding.ts';
import { bandOf } from './score/weigh.ts';

/** Repetitions from which on more of them add no score. */
const repetitionsFull = 5;

/** Exponents of the components in the weighted geometric mean. */
const weights: Readonly<Record<keyof Quality['components'], number>> = {
  repetitions: 0.2,
  interval: 0.3,
  steadiness: 0.2,
  verdicts: 0.2,
  scrapes: 0.1,
};

/**
 * 100 * product of component^weight, the weights of unknown components shared among the others.
 * - repetitions: valid ones over 5, at most 1
 * - interval: 1 if the half-width of the throughput interval is <= 5 % of the mean, falling to 0 at
 *   30 %; 0 without an interval, for one repetition says nothing about the next
 * - steadiness: share of the counted repetitions, long enough to tell, that are not unsteady
 * - verdicts: 1 - (0.5 * suspect + invalid) / repetitions
 * - scrapes: mean scrape completeness
 * @param scrapeCompleteness of each repetition, 0-1, in the same order
 */
export function scoreQuality(
  repetitions: readonly RepetitionFinding[],
  throughput: Estimate | null,
  scrapeCompleteness: readonly number[],
): Quality {
  const count = (verdict: string): number =>
    repetitions.filter((repetition) => repetition.verdict === verdict).length;
  const all = Math.max(1, repetitions.length);
  const components = {
    repetitions: Math.min(1, count('valid') / repetitionsFull),
    interval: scoreInterval(throughput),
    steadiness: scoreSteadiness(repetitions),
    verdicts: repetitions.length === 0 ? 0 : 1 - (0.5 * count('suspect') + count('invalid')) / all,
    scrapes: scrapeCompleteness.reduce((sum, share) => sum + share, 0) / all,
  };
  const score = combine(components);
  return { score, band: bandOf(score), components, weakest: findWeakest(components) };
}

function scoreInterval(throughput: Estimate | null): number {
  if (throughput === null || throughput.interval === null || throughput.mean === 0) return 0;
  const { low, high } = throughput.interval;
  const halfWidth = (high - low) / 2 / throughput.mean;
  return Math.min(1, Math.max(0, 1 - (halfWidth - 0.05) / 0.25));
}

function scoreSteadiness(repetitions: readonly RepetitionFinding[]): number | null {
  const told = repetitions.filter(
    ({ isCounted, steadiness }) => isCounted && steadiness.kind !== 'too-short',
  );
  if (told.length === 0) return null;
  return told.filter(({ steadiness }) => steadiness.kind !== 'unsteady').length / told.length;
}

type Components = Quality['components'];

function entries(components: Components): readonly (readonly [keyof Components, number])[] {
  const names = ['repetitions', 'interval', 'steadiness', 'verdicts', 'scrapes'] as const;
  return names.flatMap((name) => {
    const value = components[name];
    return value === null ? [] : [[name, value] as const];
  });
}

function combine(components: Components): number {
  const known = entries(components);
  const weight = known.reduce((sum, [name]) => sum + weights[name], 0);
  const product = known.reduce((all, [name, value]) => all * value ** (weights[name] / weight), 1);
  return 100 * product;
}

function findWeakest(components: Components): keyof Components | null {
  const lowest = entries(components).reduce((a, b) => (b[1] < a[1] ? b : a));
  return lowest[1] < 1 ? lowest[0] : null;
}
