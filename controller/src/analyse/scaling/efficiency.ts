import { coefficientOfVariation, mean, standardDeviation } from '../describe.ts';
import { studentTQuantile } from '../student-t.ts';

/**
 * What becomes of throughput as a system grows: two questions that must not be mixed. Of workers,
 * shards or clients, N times as many should do N times as much (efficiency). Of validators every
 * one does all the work, and N times as many should do the same (retention).
 */

export interface SizePoint {
  readonly size: number;
  /** One value per counted repetition, > 0; empty if the size is not valid. */
  readonly values: readonly number[];
}

export interface RelativePoint {
  readonly size: number;
  /** Null where this size or the smallest has no valid value: nothing to hold it against. */
  readonly value: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
}

export interface EfficiencyPoint extends RelativePoint {
  /** Exponent of the step from the size before: 1 linear, 0 flat, below 0 retrograde. */
  readonly marginal: number | null;
  /** Above 1.05 with an interval above 1: check the baseline. */
  readonly isSuperlinear: boolean;
}

/**
 * Capacity scaling: E(N) = [X(N) / X(N0)] / (N / N0).
 * @param points ascending in size; X is a capacity under one latency objective
 */
export function measureEfficiency(points: readonly SizePoint[]): readonly EfficiencyPoint[] {
  return points.map((point, i) => {
    const relative = relativeTo(points[0], point, 1);
    const { value, interval } = relative;
    return {
      ...relative,
      marginal: i === 0 ? null : exponentBetween(points[i - 1], point),
      isSuperlinear: value !== null && value > 1.05 && interval !== null && interval.low > 1,
    };
  });
}

/** Replication scaling: R(N) = X(N) / X(N0). @param points ascending in size */
export function measureRetention(points: readonly SizePoint[]): readonly RelativePoint[] {
  return points.map((point) => relativeTo(points[0], point, 0));
}

/**
 * d ln Y / d ln N by least squares: how latency, messages or bytes grow. 0 not at all, 1 with the
 * size, 2 with its square.
 * @param points of at least two sizes with values > 0, else null
 */
export function costExponent(points: readonly SizePoint[]): number | null {
  const logs = points
    .filter(({ values }) => values.length > 0 && mean(values) > 0)
    .map(({ size, values }) => ({ x: Math.log(size), y: Math.log(mean(values)) }));
  if (new Set(logs.map(({ x }) => x)).size < 2) return null;
  const [x, y] = [mean(logs.map((one) => one.x)), mean(logs.map((one) => one.y))];
  const across = logs.reduce((sum, one) => sum + (one.x - x) * (one.y - y), 0);
  return across / logs.reduce((sum, one) => sum + (one.x - x) ** 2, 0);
}

/** With the interval by the delta method on logarithms, Welch's degrees of freedom. */
function relativeTo(base: SizePoint | undefined, point: SizePoint, power: 0 | 1): RelativePoint {
  const { size, values } = point;
  if (base === undefined || base.values.length === 0 || values.length === 0) {
    return { size, value: null, interval: null };
  }
  const ideal = (size / base.size) ** power;
  const value = mean(values) / mean(base.values) / ideal;
  if (base === point) return { size, value: 1, interval: null };
  if (Math.min(values.length, base.values.length) < 2) return { size, value, interval: null };
  const [own, other] = [logError(values), logError(base.values)];
  const error = Math.sqrt(own + other);
  const squares = own ** 2 / (values.length - 1) + other ** 2 / (base.values.length - 1);
  const freedom =
    squares === 0 ? values.length + base.values.length - 2 : (own + other) ** 2 / squares;
  const half = studentTQuantile(0.975, freedom) * error;
  return { size, value, interval: { low: value * Math.exp(-half), high: value * Math.exp(half) } };
}

/** Squared standard error of the logarithm of a mean; of few scattered values, from their logarithms. */
function logError(values: readonly number[]): number {
  const spread =
    coefficientOfVariation(values) > 0.1 && values.every((value) => value > 0)
      ? standardDeviation(values.map(Math.log))
      : coefficientOfVariation(values);
  return spread ** 2 / values.length;
}

function exponentBetween(before: SizePoint | undefined, after: SizePoint): number | null {
  if (before === undefined || before.values.length === 0 || after.values.length === 0) return null;
  const [x, y] = [mean(before.values), mean(after.values)];
  if (x <= 0 || y <= 0) return null;
  return Math.log(y / x) / Math.log(after.size / before.size);
}
