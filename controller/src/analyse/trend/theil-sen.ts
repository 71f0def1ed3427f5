import { median } from '../describe.ts';

/** 97.5 % of a normal distribution lie below it. */
const normalQuantile = 1.959963984540054;

export interface TrendLine {
  readonly slope: number;
  /** 95 %, between two of the sorted slopes; null where there are too few of them. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Through the medians of both. */
  readonly intercept: number;
}

/**
 * Theil-Sen line against equally spaced sessions, with the interval of Sen (1968).
 * @param values length >= 2
 * @param at where each stands; 0, 1, 2 ... by default
 */
export function fitTheilSen(
  values: readonly number[],
  at: readonly number[] = values.map((_, index) => index),
): TrendLine {
  const slopes: number[] = [];
  for (const [i, earlier] of values.entries()) {
    for (let j = i + 1; j < values.length; j++) {
      const run = (at[j] ?? j) - (at[i] ?? i);
      if (run !== 0) slopes.push(((values[j] ?? 0) - earlier) / run);
    }
  }
  slopes.sort((a, b) => a - b);
  const slope = median(slopes);
  const n = values.length;
  const spread = normalQuantile * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const lower = Math.round((slopes.length - spread) / 2);
  const upper = Math.round((slopes.length + spread) / 2);
  const [low, high] = [slopes[lower - 1], slopes[Math.min(upper, slopes.length - 1)]];
  const interval = lower < 1 || low === undefined || high === undefined ? null : { low, high };
  return { slope, interval, intercept: median(values) - slope * median(at) };
}
