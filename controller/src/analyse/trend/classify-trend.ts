import { mean, median, scaledMad } from '../describe.ts';
import { mannKendall } from '../trend-tests.ts';
import { type ChangePoint, findChangePoints } from './change-points.ts';
import { fitTheilSen } from './theil-sen.ts';

export type TrendKind = 'improving' | 'stable' | 'degrading' | 'volatile';

export interface Trend {
  readonly kind: TrendKind;
  /** Below five sessions a trend can hardly be seen, so stable means nothing. */
  readonly confidence: 'insufficient' | 'told';
  readonly sessions: number;
  /** Theil-Sen over the whole history, relative to its median: slope (n - 1) / median. */
  readonly drift: number;
  readonly driftInterval: { readonly low: number; readonly high: number } | null;
  /** Mann-Kendall, exact up to 30 sessions without ties. */
  readonly p: number;
  /** Robust spread around the line: 1.4826 MAD of the residuals over the median. */
  readonly spread: number;
  /** Sessions depend on the one before (above .3): p is then too small. */
  readonly autocorrelation: number;
  /** From ten sessions on. */
  readonly changePoints: readonly ChangePoint[];
  /** Since the last change point; null without one, or with fewer than five sessions since. */
  readonly lastSegment: TrendKind | null;
}

const sessionsMin = 5;
const sessionsForChanges = 10;
export const driftMin = 0.05;
const spreadMax = 0.15;
export const autocorrelationMax = 0.3;

/**
 * improving or degrading: Mann-Kendall p < .05 and a drift of at least 5 %; else volatile if
 * sessions scatter around the line by more than 15 %; else stable.
 * @param values one per session, in order of time, > 0, length >= 1
 * @param direction 1: higher is better
 */
export function classifyTrend(values: readonly number[], direction: 1 | -1): Trend {
  const { kind, drift, driftInterval, p, spread, residuals } = look(values, direction);
  const isEnough = values.length >= sessionsMin;
  const changePoints = values.length >= sessionsForChanges ? findChangePoints(values) : [];
  const since = values.slice(changePoints.at(-1)?.index ?? values.length);
  return {
    kind: isEnough ? kind : 'stable',
    confidence: isEnough ? 'told' : 'insufficient',
    sessions: values.length,
    drift,
    driftInterval,
    p,
    spread,
    autocorrelation: lagOne(residuals),
    changePoints,
    lastSegment: since.length >= sessionsMin ? look(since, direction).kind : null,
  };
}

interface Look extends Pick<Trend, 'kind' | 'drift' | 'driftInterval' | 'p' | 'spread'> {
  readonly residuals: readonly number[];
}

function look(values: readonly number[], direction: 1 | -1): Look {
  const center = median(values);
  if (values.length < 2 || center === 0) {
    return { kind: 'stable', drift: 0, driftInterval: null, p: 1, spread: 0, residuals: [] };
  }
  const { slope, interval, intercept } = fitTheilSen(values);
  const relative = (one: number): number => (one * (values.length - 1)) / center;
  const residuals = values.map((value, index) => value - intercept - slope * index);
  const spread = scaledMad(residuals) / center;
  const drift = relative(slope);
  const { p } = mannKendall(values);
  const isTrend = p < 0.05 && Math.abs(drift) >= driftMin;
  const kind = isTrend
    ? drift * direction > 0
      ? 'improving'
      : 'degrading'
    : spread > spreadMax
      ? 'volatile'
      : 'stable';
  const driftInterval =
    interval === null ? null : { low: relative(interval.low), high: relative(interval.high) };
  return { kind, drift, driftInterval, p, spread, residuals };
}

function lagOne(residuals: readonly number[]): number {
  if (residuals.length < 3) return 0;
  const center = mean(residuals);
  const off = residuals.map((value) => value - center);
  const total = off.reduce((sum, value) => sum + value * value, 0);
  if (total === 0) return 0;
  return off.slice(1).reduce((sum, value, i) => sum + value * (off[i] ?? 0), 0) / total;
}
