import { studentTQuantile } from '../student-t.ts';
import { invert, multiply } from './solve-linear.ts';
import { type UslParameters, type UslPoint, uslGradient, uslThroughput } from './usl-model.ts';

/** raw: errors in tx/s, comparable with R's usl. log: relative errors, where X spans a factor of ten. */
export type UslScale = 'raw' | 'log';

export type UslParameter = keyof UslParameters;
const names: readonly UslParameter[] = ['lambda', 'sigma', 'kappa'];

/** Standard error and Wald interval; null where the parameter lies on its bound. */
export interface UslUncertainty {
  readonly error: number;
  readonly interval: { readonly low: number; readonly high: number };
}

export interface UslFit extends UslParameters {
  readonly scale: UslScale;
  readonly points: number;
  /** Sum of squared residuals, in the units of `scale`. */
  readonly squares: number;
  readonly residualError: number | null;
  /** Points less three: a parameter at its bound counts, as in R's usl. */
  readonly degreesOfFreedom: number;
  /** Null: at its bound (0; sigma also 1), where there is no Wald interval. */
  readonly uncertainty: Readonly<Record<UslParameter, UslUncertainty | null>>;
  /** Covariances of the free parameters, in the order of `free`. */
  readonly free: readonly UslParameter[];
  readonly covariance: readonly (readonly number[])[] | null;
}

/**
 * Least squares over lambda > 0, 0 <= sigma <= 1, kappa >= 0: Levenberg-Marquardt for every set of
 * parameters held at 0, each from the solution of the linearised problem; the best that keeps the
 * bounds.
 * @param points at least three different sizes, throughput > 0
 * @param held parameters that stay 0 in every attempt (for nested tests)
 */
export function fitUsl(
  points: readonly UslPoint[],
  scale: UslScale = 'raw',
  held: readonly UslParameter[] = [],
): UslFit {
  const sets: readonly (readonly UslParameter[])[] = [[], ['sigma'], ['kappa'], ['sigma', 'kappa']];
  const fits = sets
    .filter((zero) => held.every((name) => zero.includes(name)))
    .map((zero) => names.filter((name) => !zero.includes(name)))
    .flatMap((free) => {
      const found = polish(
        points,
        scale,
        free,
        descend(points, scale, free, linearStart(points, free)),
      );
      return isFeasible(found) ? [{ free, found, squares: squaresOf(points, scale, found) }] : [];
    });
  const best = fits.reduce((a, b) => (b.squares < a.squares ? b : a));
  return describeFit(points, scale, best);
}

function isFeasible({ lambda, sigma, kappa }: UslParameters): boolean {
  return lambda > 0 && sigma >= 0 && sigma <= 1 && kappa >= 0 && Number.isFinite(lambda);
}

/** N / X = a + b (N-1) + c N (N-1), weighted by X^4 / N^2, is linear in 1/lambda, sigma/lambda, kappa/lambda. */
function linearStart(points: readonly UslPoint[], free: readonly UslParameter[]): UslParameters {
  const columns = free.map((name) => linearColumn[name]);
  const size = columns.length;
  const left = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const right = new Array<number>(size).fill(0);
  for (const { size: n, throughput } of points) {
    const weight = throughput ** 4 / n ** 2;
    for (const [i, of] of columns.entries()) {
      right[i] = (right[i] ?? 0) + weight * of(n) * (n / throughput);
      for (const [j, other] of columns.entries()) {
        const row = left[i];
        if (row !== undefined) row[j] = (row[j] ?? 0) + weight * of(n) * other(n);
      }
    }
  }
  const inverse = invert(left);
  const solved = inverse === null ? [] : multiply(inverse, right);
  const intercept = solved[0] ?? 0;
  const first = points[0];
  const fallback = first === undefined ? 1 : first.throughput / first.size;
  const lambda = intercept > 0 ? 1 / intercept : fallback;
  const of = (name: UslParameter): number => {
    const at = free.indexOf(name);
    return at === -1 ? 0 : Math.max(0, (solved[at] ?? 0) * lambda);
  };
  return { lambda, sigma: Math.min(1, of('sigma')), kappa: of('kappa') };
}

const linearColumn: Readonly<Record<UslParameter, (n: number) => number>> = {
  lambda: () => 1,
  sigma: (n) => n - 1,
  kappa: (n) => n * (n - 1),
};

/** Levenberg-Marquardt with Marquardt's scaling; bounded steps, ends where nothing improves. */
function descend(
  points: readonly UslPoint[],
  scale: UslScale,
  free: readonly UslParameter[],
  start: UslParameters,
): UslParameters {
  let current = start;
  let squares = squaresOf(points, scale, current);
  let damping = 1e-3;
  for (let step = 0; step < 500 && damping < 1e12; step++) {
    const { normal, gradient } = equations(points, scale, free, current);
    const damped = normal.map((row, i) => row.map((v, j) => (i === j ? v * (1 + damping) : v)));
    const inverse = invert(damped);
    if (inverse === null) return current;
    const moved = add(current, free, multiply(inverse, gradient));
    const next = moved.lambda > 0 ? squaresOf(points, scale, moved) : Number.POSITIVE_INFINITY;
    if (next <= squares) {
      const isDone = squares - next <= 1e-15 * squares;
      [current, squares, damping] = [moved, next, damping / 10];
      if (isDone) return current;
    } else damping *= 10;
  }
  return current;
}

/**
 * Close to the minimum the squares cannot tell one point from the next; their slope still can.
 * Undamped steps for as long as it shrinks.
 */
function polish(
  points: readonly UslPoint[],
  scale: UslScale,
  free: readonly UslParameter[],
  start: UslParameters,
): UslParameters {
  let current = start;
  let slope = Number.POSITIVE_INFINITY;
  for (let step = 0; step < 20; step++) {
    const { normal, gradient } = equations(points, scale, free, current);
    // In units of what each parameter moves, so that a large one does not drown the others.
    const size = Math.hypot(...gradient.map((value, i) => value / Math.sqrt(normal[i]?.[i] || 1)));
    const inverse = invert(normal);
    if (inverse === null || !(size < slope)) break;
    const next = add(current, free, multiply(inverse, gradient));
    if (!isFeasible(next)) break;
    [current, slope] = [next, size];
  }
  return current;
}

function add(
  from: UslParameters,
  free: readonly UslParameter[],
  step: readonly number[],
): UslParameters {
  const moved = { ...from };
  for (const [i, name] of free.entries()) moved[name] = from[name] + (step[i] ?? 0);
  return moved;
}

/** J'J and J'r of the free parameters. */
function equations(
  points: readonly UslPoint[],
  scale: UslScale,
  free: readonly UslParameter[],
  at: UslParameters,
): { readonly normal: number[][]; readonly gradient: number[] } {
  const rows = points.map((point) => {
    const model = uslThroughput(at, point.size);
    const slopes = uslGradient(at, point.size);
    const by = scale === 'log' ? model : 1;
    return {
      slopes: free.map((name) => (slopes[names.indexOf(name)] ?? 0) / by),
      residual: residualOf(point, model, scale),
    };
  });
  const sum = (of: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  return {
    normal: free.map((_, i) =>
      free.map((_name, j) => sum(({ slopes }) => (slopes[i] ?? 0) * (slopes[j] ?? 0))),
    ),
    gradient: free.map((_, i) => sum(({ slopes, residual }) => (slopes[i] ?? 0) * residual)),
  };
}

function residualOf({ throughput }: UslPoint, model: number, scale: UslScale): number {
  if (scale === 'raw') return throughput - model;
  return model > 0 ? Math.log(throughput / model) : Number.POSITIVE_INFINITY;
}

function squaresOf(points: readonly UslPoint[], scale: UslScale, at: UslParameters): number {
  return points.reduce(
    (sum, point) => sum + residualOf(point, uslThroughput(at, point.size), scale) ** 2,
    0,
  );
}

interface Best {
  readonly free: readonly UslParameter[];
  readonly found: UslParameters;
  readonly squares: number;
}

function describeFit(
  points: readonly UslPoint[],
  scale: UslScale,
  { free, found, squares }: Best,
): UslFit {
  // One at its bound was looked for all the same: it takes its degree of freedom.
  const degreesOfFreedom = points.length - names.length;
  const residualError = degreesOfFreedom > 0 ? Math.sqrt(squares / degreesOfFreedom) : null;
  const inverse = invert(equations(points, scale, free, found).normal);
  const covariance =
    inverse === null || residualError === null
      ? null
      : inverse.map((row) => row.map((value) => value * residualError ** 2));
  const of = (name: UslParameter): UslUncertainty | null => {
    const variance = covariance?.[free.indexOf(name)]?.[free.indexOf(name)];
    if (variance === undefined) return null;
    const error = Math.sqrt(variance);
    const half = studentTQuantile(0.975, degreesOfFreedom) * error;
    return { error, interval: { low: found[name] - half, high: found[name] + half } };
  };
  return {
    ...found,
    scale,
    points: points.length,
    squares,
    residualError,
    degreesOfFreedom,
    uncertainty: { lambda: of('lambda'), sigma: of('sigma'), kappa: of('kappa') },
    free,
    covariance,
  };
}
