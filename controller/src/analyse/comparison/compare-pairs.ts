import type { Coordinate } from '../../model/axis.ts';
import { mean } from '../describe.ts';
import { comparisonQuality } from '../score/quality-of-series.ts';
import { adjustForMany } from './adjust-p.ts';
import { type ComparedMetric, comparedMetrics } from './compared-metrics.ts';
import type { ComparedSide } from './compared-side.ts';
import type { Comparison, MetricComparison, PairComparison } from './comparison.ts';
import { decide, worstSeverity } from './decide.ts';
import type { Effect } from './effect.ts';
import type { Difference } from './find-differences.ts';
import type { SessionNoise } from './session-noise.ts';

/** How one metric of a pair is compared; null where a side has no value. */
export type MeasureEffect = (metric: ComparedMetric) => {
  readonly older: number;
  readonly newer: number;
  readonly effect: Effect;
  readonly noise: SessionNoise | null;
} | null;

export interface ComparablePair {
  readonly coordinates: readonly Coordinate[];
  readonly a: string;
  readonly b: string;
  readonly older: ComparedSide;
  readonly newer: ComparedSide;
  readonly refused: readonly Difference[];
  readonly measure: MeasureEffect;
}

/** .05 for people; .01 where a machine acts on it. */
export interface ComparisonSettings {
  readonly significance: number;
  readonly design: Effect['design'];
  readonly underTest: readonly Difference[];
}

type Measured = Omit<MetricComparison, 'adjustedP' | 'decision'> &
  Pick<ComparedMetric, 'direction'>;

/**
 * All tests of a comparison at once: primary metrics are one family, the others another, fixed
 * before anything is looked at; p values are corrected within each.
 */
export function comparePairs(
  pairs: readonly ComparablePair[],
  settings: ComparisonSettings,
): Comparison {
  const measured = pairs.map(({ refused, measure }) =>
    refused.length > 0 ? [] : measureAll(measure),
  );
  const adjusted = adjustFamilies(measured.flat());
  const compared = pairs.map((pair, index): PairComparison => {
    const metrics = (measured[index] ?? []).map((one) =>
      judge(one, adjusted.get(one) ?? null, settings.significance),
    );
    const { coordinates, a, b, refused, older, newer } = pair;
    const events = refused.every(isAboutUse) ? eventsOf(older, newer) : [];
    return { coordinates, a, b, refused, events, metrics, quality: qualityOf(pair, metrics) };
  });
  const { design, underTest } = settings;
  return { design, pairs: compared, ...verdictOf(compared), underTest };
}

function measureAll(measure: MeasureEffect): readonly Measured[] {
  return comparedMetrics.flatMap((metric) => {
    const { name, title, isPrimary, direction } = metric;
    const found = measure(metric);
    return found === null ? [] : [{ name, title, isPrimary, direction, ...found }];
  });
}

function adjustFamilies(all: readonly Measured[]): ReadonlyMap<Measured, number> {
  const adjusted = new Map<Measured, number>();
  for (const isPrimary of [true, false]) {
    const family = all.filter((one) => one.isPrimary === isPrimary && one.effect.p !== null);
    const values = adjustForMany(family.map(({ effect }) => effect.p ?? 1));
    for (const [i, one] of family.entries()) adjusted.set(one, values[i] ?? 1);
  }
  return adjusted;
}

function judge(
  { direction, ...measured }: Measured,
  adjustedP: number | null,
  significance: number,
): MetricComparison {
  const { effect, noise } = measured;
  const decision = decide(effect, {
    adjustedP,
    direction,
    noise: noise?.noise ?? 0,
    tau: noise?.tau ?? 0,
    significance,
  });
  return { ...measured, adjustedP, decision };
}

/** Sides that can be set side by side, were their figures fit for it. */
function isAboutUse({ key }: Difference): boolean {
  return key === 'verdict' || key === 'quality' || key === 'history';
}

/** More than 5 % of what was due is not committed, where it was before. */
const lostMax = 0.05;

function eventsOf(older: ComparedSide, newer: ComparedSide): readonly string[] {
  const lost = (side: ComparedSide): number | null => {
    const shares = side.repetitions.flatMap(({ figures }) => figures.successRatio ?? []);
    return shares.length === 0 ? null : 1 - mean(shares);
  };
  const [before, after] = [lost(older), lost(newer)];
  const fails = before !== null && after !== null && before <= lostMax && after > lostMax;
  return [
    // What stood still before is no news.
    ...(older.events.length > 0 ? [] : newer.events),
    ...(fails ? [`${(100 * after).toFixed(1)} % of what was due was not committed.`] : []),
  ];
}

function verdictOf(
  pairs: readonly PairComparison[],
): Pick<Comparison, 'outcome' | 'severity' | 'geometricMean'> {
  const primary = pairs.flatMap(({ metrics }) => metrics.filter(({ isPrimary }) => isPrimary));
  const outcomes = primary.map(({ decision }) => decision.outcome);
  const geometricMean = geometricMeanOf(pairs);
  if (pairs.some(({ events }) => events.length > 0)) {
    return { outcome: 'regression', severity: 'critical', geometricMean };
  }
  const severity = worstSeverity(primary.map(({ decision }) => decision.severity));
  const order = ['regression', 'inconclusive', 'improvement', 'equivalent'] as const;
  const outcome = order.find((one) => outcomes.includes(one)) ?? 'not-comparable';
  return { outcome, severity, geometricMean };
}

/** Of new / old, turned over where lower is better: twice the latency is half as good. */
function geometricMeanOf(pairs: readonly PairComparison[]): number | null {
  const primary = pairs.flatMap(({ metrics }) => metrics.filter(({ isPrimary }) => isPrimary));
  const logs = primary.map(({ name, effect }) => directionOf(name) * Math.log(effect.ratio));
  return logs.length === 0 ? null : Math.exp(mean(logs));
}

function directionOf(name: string): 1 | -1 {
  return comparedMetrics.find((metric) => metric.name === name)?.direction ?? 1;
}

function qualityOf({ older, newer }: ComparablePair, metrics: readonly MetricComparison[]): number {
  const [first] = metrics;
  if (first === undefined) return 0;
  const known = [older.quality, newer.quality].flatMap((quality) => quality ?? []);
  return comparisonQuality(first.effect, {
    comparableShare: 1,
    noise: first.noise?.noise ?? 0,
    pointQuality: known.length === 0 ? 100 : mean(known),
  }).score;
}
