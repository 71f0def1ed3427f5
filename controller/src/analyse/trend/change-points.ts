import { mean } from '../describe.ts';
import { twoSidedP } from '../student-t.ts';
import { bestSplit, createSplitDistance, type Split } from './split-distance.ts';

/**
 * Where a history of sessions changed its level (Hunter, Fleming et al. 2023): E-divisive in
 * windows, each candidate held against a t test. Deterministic: the same series gives the same
 * points. A change point is a hint for a person, or for a comparison in blocks; it decides nothing.
 */

export interface ChangePoint {
  /** The first session of the new level. */
  readonly index: number;
  readonly before: number;
  readonly after: number;
  /** after / before - 1. */
  readonly change: number;
  readonly p: number;
}

export interface ChangeSettings {
  readonly window: number;
  readonly pMax: number;
  /** Smaller changes are merged away. */
  readonly magnitudeMin: number;
}

export const changeSettings: ChangeSettings = { window: 50, pMax: 0.001, magnitudeMin: 0.05 };

/** @param series in order of time */
export function findChangePoints(
  series: readonly number[],
  settings: ChangeSettings = changeSettings,
): readonly ChangePoint[] {
  return merge(series, splitInWindows(series, settings), settings);
}

/** The first pass is generous: merging, which sees whole levels, has the last word. */
function splitInWindows(series: readonly number[], { window, pMax }: ChangeSettings): number[] {
  const generous = pMax >= 0.05 ? 2 * pMax : 10 * pMax;
  const found = new Set<number>();
  const step = Math.max(1, Math.floor(window / 2));
  let start = 0;
  while (start < series.length) {
    const end = Math.min(start + window, series.length);
    const inside = splitWindow(series.slice(start, end), generous).map((at) => at + start);
    for (const at of inside) found.add(at);
    start = Math.max(inside.at(-1) ?? 0, start + step);
  }
  return [...found].sort((a, b) => a - b);
}

/** Splits the segment with the largest Q until its t test does not tell the sides apart. */
function splitWindow(series: readonly number[], pMax: number): readonly number[] {
  const distance = createSplitDistance(series);
  const points: number[] = [];
  const known = new Map<string, Split | null>();
  // Every round adds a point: there are at most as many as values.
  for (let round = 0; round < series.length; round++) {
    const edges = [0, ...points, series.length];
    let best: { split: Split; from: number; to: number } | null = null;
    for (const [i, from] of edges.slice(0, -1).entries()) {
      const to = edges[i + 1] ?? series.length;
      const key = `${from}-${to}`;
      if (!known.has(key)) known.set(key, bestSplit(distance, from, to));
      const split = known.get(key) ?? null;
      if (split !== null && (best === null || split.q > best.split.q)) best = { split, from, to };
    }
    if (best === null) break;
    const { split, from, to } = best;
    if (levelP(series.slice(from, split.at), series.slice(split.at, to)) > pMax) break;
    points.push(split.at);
    points.sort((a, b) => a - b);
  }
  return points;
}

function merge(
  series: readonly number[],
  found: readonly number[],
  { pMax, magnitudeMin }: ChangeSettings,
): readonly ChangePoint[] {
  let points = [...found];
  for (let round = 0; round <= found.length; round++) {
    const described = points.map((at, i) =>
      describe(series, points[i - 1] ?? 0, at, points[i + 1] ?? series.length),
    );
    const [first] = described;
    if (first === undefined) return [];
    let weakest = described.reduce((a, b) => (b.p > a.p ? b : a));
    if (weakest.p < pMax) {
      weakest = described.reduce((a, b) => (magnitudeOf(b) < magnitudeOf(a) ? b : a));
      if (magnitudeOf(weakest) > magnitudeMin) return described;
    }
    points = points.filter((at) => at !== weakest.index);
  }
  return [];
}

function describe(series: readonly number[], from: number, at: number, to: number): ChangePoint {
  const [left, right] = [series.slice(from, at), series.slice(at, to)];
  const [before, after] = [mean(left), mean(right)];
  return { index: at, before, after, change: after / before - 1, p: levelP(left, right) };
}

function magnitudeOf({ before, after }: ChangePoint): number {
  return Math.max(Math.abs(after / before - 1), Math.abs(before / after - 1));
}

/** Pooled t test on standard deviations with divisor n, as Hunter has it. */
function levelP(left: readonly number[], right: readonly number[]): number {
  const [n, m] = [left.length, right.length];
  if (n + m < 3) return 1;
  const difference = mean(right) - mean(left);
  const pooled = ((n - 1) * variance(left) + (m - 1) * variance(right)) / (n + m - 2);
  if (pooled === 0) return difference === 0 ? 1 : 0;
  return twoSidedP(difference / Math.sqrt(pooled * (1 / n + 1 / m)), n + m - 2);
}

function variance(values: readonly number[]): number {
  const center = mean(values);
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / values.length;
}
