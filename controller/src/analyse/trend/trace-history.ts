import type { Coordinate } from '../../model/axis.ts';
import type { CellHistory } from '../comparison/compare-with-history.ts';
import { type ComparedMetric, comparedMetrics } from '../comparison/compared-metrics.ts';
import { type ComparedSide, valuesOf } from '../comparison/compared-side.ts';
import { mean, median, scaledMad } from '../describe.ts';
import { type SeriesQuality, trendQuality } from '../score/quality-of-series.ts';
import { classifyTrend, type Trend } from './classify-trend.ts';

/** One figure of one cell over comparable sessions, the newest last. */
export interface TracedMetric {
  readonly coordinates: readonly Coordinate[];
  readonly name: string;
  readonly title: string;
  readonly points: readonly {
    readonly run: string;
    readonly startedAt: Date;
    readonly value: number;
  }[];
  readonly trend: Trend;
  readonly quality: SeriesQuality;
  /** Earlier sessions of this name that are not comparable. */
  readonly refused: CellHistory['refused'];
}

/** @param names of metrics; the primary ones if left out */
export function traceHistories(
  histories: readonly CellHistory[],
  names?: readonly string[],
): readonly TracedMetric[] {
  const chosen = comparedMetrics.filter(
    ({ name, isPrimary }) => names?.includes(name) ?? isPrimary,
  );
  return histories.flatMap((history) => chosen.flatMap((metric) => trace(history, metric) ?? []));
}

function trace(history: CellHistory, metric: ComparedMetric): TracedMetric | null {
  const { newest, past, refused } = history;
  const sides = newest.verdict === 'invalid' ? past : [...past, newest];
  const points = sides.flatMap((side) => pointOf(side, metric));
  if (points.length === 0) return null;
  const values = points.map(({ value }) => value);
  const noise = scaledMad(values) / median(values);
  return {
    coordinates: newest.cell.coordinates,
    name: metric.name,
    title: metric.title,
    points,
    trend: classifyTrend(values, metric.direction),
    quality: trendQuality({
      sessions: values.length,
      comparableShare: sides.length / (sides.length + refused.length),
      noise,
      // Earlier sessions are known by their figures alone: the newest stands for them.
      pointQuality: newest.quality ?? 100,
    }),
    refused,
  };
}

function pointOf(side: ComparedSide, metric: ComparedMetric): TracedMetric['points'] {
  const values = valuesOf(side, metric);
  const { id: run, startedAt } = side.run;
  return values.length === 0 ? [] : [{ run, startedAt, value: mean(values) }];
}
