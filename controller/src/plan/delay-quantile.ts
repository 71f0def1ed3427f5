/**
 * Quantiles of a one-way delay, as netem makes it from the tables of iproute2 (tc/normal.c,
 * tc/pareto.c). A correlation changes none of them: netem takes the low bits of its correlated
 * number, which are as good as independent (net/sched/sch_netem.c, tabledist).
 */
import type { DelayShape } from '../model/network.ts';

/** Tables end at 32767/8192 jitters from the mean. */
const tableEnd = 32_767 / 8192;

/** Beyond this many jitters, what falls below 0 and is cut off there moves no median. */
const safeJitters = 2;

/** Whether the delay is symmetric around its mean, so that medians of sums are sums of means. */
export function isSymmetric({ distribution, meanMs, jitterMs }: DelayShape): boolean {
  if (distribution === 'pareto') return jitterMs === 0;
  return distribution !== 'normal' || meanMs >= safeJitters * jitterMs;
}

/** @param at 0 to 1: the share of packets that are faster; @returns ms, never below 0 */
export function delayQuantileMs(
  { distribution, meanMs, jitterMs }: DelayShape,
  at: number,
): number {
  if (distribution === 'fixed' || jitterMs === 0) return meanMs;
  return Math.max(0, meanMs + jitterMs * standardQuantile(distribution, at));
}

function standardQuantile(
  distribution: Exclude<DelayShape['distribution'], 'fixed'>,
  at: number,
): number {
  if (distribution === 'uniform') return 2 * at - 1;
  if (distribution === 'pareto') {
    // Shape 3, less 1.5 (its mean), times 4/3: what tc/pareto.c prints.
    return Math.min(tableEnd, ((1 - at) ** (-1 / 3) - 1.5) * (4 / 3));
  }
  return Math.max(-tableEnd, Math.min(tableEnd, normalQuantile(at)));
}

/**
 * Quantile of the standard normal distribution, to 4.5e-4 (Abramowitz and Stegun, 26.2.23): finer
 * than any delay is measured.
 */
function normalQuantile(at: number): number {
  if (at <= 0) return Number.NEGATIVE_INFINITY;
  if (at >= 1) return Number.POSITIVE_INFINITY;
  const t = Math.sqrt(-2 * Math.log(Math.min(at, 1 - at)));
  const value =
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) /
      (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3);
  return at < 0.5 ? -value : value;
}
