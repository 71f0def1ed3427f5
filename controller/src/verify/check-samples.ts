import type { LinkCheckRecord } from '../model/record.ts';
import type { RateReading } from '../shape/shaper.ts';
import { acceptedCounts, leastAccepted, quantileInterval, type RatioRange } from './binomial.ts';
import type { PairTraits } from './pair-traits.ts';
import {
  IN_RANGE_RATIO_MIN,
  RATE_TOLERANCE_RATIO,
  STRAY_LOSS_RATIO,
  STRAY_LOSSES_MAX,
} from './tolerances.ts';

/**
 * Samples held against what is expected. Pure. `low` to `high` is what passes, sampling error
 * included, so that `isWithin` says no more than that `measured` lies there.
 */
export type Check = Pick<
  LinkCheckRecord,
  'quantity' | 'planned' | 'measured' | 'low' | 'high' | 'samples' | 'isWithin'
>;

export interface CheckOptions {
  /** Probability with which a right network fails one check. */
  readonly level: number;
  /** Other traffic is on the links: it makes round trips longer, never shorter. */
  readonly isLoaded: boolean;
}

/** Round trips between two nodes, or several pairs of nodes that are alike. */
export interface Sampled {
  /** Answers, in any order. */
  readonly rttMs: readonly number[];
  /** Probes. */
  readonly sent: number;
  readonly intervalMs: number;
}

/**
 * Median round trip. Off if the whole interval of the median lies outside the tolerance, that is,
 * if sampling error does not explain the distance.
 */
export function checkMedian(
  { rttMs, sent, intervalMs }: Sampled,
  traits: PairTraits,
  options: CheckOptions,
): Check {
  const { there, delayInflation: inflation, heldUpRatio, toleranceMs: tolerance } = traits;
  const planned = there.rttMedianMs;
  const low = Math.max(0, planned - tolerance);
  const high = planned + tolerance + delayAllowanceMs(traits, intervalMs, options);
  if (rttMs.length === 0) {
    const unanswered = { measured: null, samples: sent, isWithin: false };
    return { quantity: 'rtt-median', planned, low, high, ...unanswered };
  }
  const sorted = [...rttMs].sort((a, b) => a - b);
  // Whatever was held up was held up upwards: the median of the others is a lower quantile of all.
  const probability = { low: (1 - heldUpRatio) / 2, high: 0.5 };
  const interval = quantileInterval(sorted, probability, { level: options.level, inflation });
  const measured = medianOf(sorted);
  const passes = {
    low: Math.max(0, low - Math.min(planned, interval.high - measured)),
    high: Math.min(UNBOUNDED_MS, high + (measured - interval.low)),
  };
  return {
    quantity: 'rtt-median',
    planned,
    measured,
    ...passes,
    samples: rttMs.length,
    isWithin: measured >= passes.low && measured <= passes.high,
  };
}

/** Share of round trips inside the range asked for, widened by the tolerance. */
export function checkRange(
  { rttMs, sent, intervalMs }: Sampled,
  traits: PairTraits,
  options: CheckOptions,
): Check {
  const { there, heldUpRatio, delayInflation: inflation, toleranceMs: tolerance } = traits;
  const lowMs = there.rttLowMs - tolerance;
  const sendingMs = there.rttMedianMs - (there.rttLowMs + there.rttHighMs) / 2;
  const highMs =
    there.rttHighMs +
    Math.max(0, sendingMs) +
    tolerance +
    delayAllowanceMs(traits, intervalMs, options);
  const inside = rttMs.filter((ms) => ms >= lowMs && ms <= highMs).length;
  const planned = IN_RANGE_RATIO_MIN * (1 - heldUpRatio);
  const samples = rttMs.length;
  const least = leastAccepted(samples, planned, { level: options.level, inflation });
  const measured = samples === 0 ? null : inside / samples;
  return {
    quantity: 'rtt-range',
    planned,
    measured,
    low: samples === 0 ? planned : least / samples,
    high: 1,
    samples: samples === 0 ? sent : samples,
    isWithin: samples > 0 && inside >= least,
  };
}

/**
 * Share of `sent` that was lost: the planned ratio lies in the Clopper-Pearson interval of what
 * was measured. Where nothing is to be lost, one loss passes, and 1 in 5,000 of many.
 */
export function checkLoss(
  lost: number,
  sent: number,
  planned: { readonly ratio: number; readonly held: RatioRange; readonly inflation: number },
  { level }: Pick<CheckOptions, 'level'>,
): Check {
  const { held, inflation } = planned;
  const strays = { low: held.low, high: Math.max(held.high, STRAY_LOSS_RATIO) };
  const accepted = acceptedCounts(sent, strays, { level, inflation });
  const highest = Math.max(accepted.high, Math.min(sent, STRAY_LOSSES_MAX));
  return {
    quantity: 'loss',
    planned: planned.ratio,
    measured: sent === 0 ? null : lost / sent,
    low: sent === 0 ? held.low : accepted.low / sent,
    high: sent === 0 ? held.high : highest / sent,
    samples: sent,
    isWithin: sent > 0 && lost >= accepted.low && lost <= highest,
  };
}

/** Nothing at all is to come through where the state cuts. */
export function checkCut(answered: number, sent: number): Check {
  return {
    quantity: 'loss',
    planned: 1,
    measured: sent === 0 ? null : (sent - answered) / sent,
    low: 1,
    high: 1,
    samples: sent,
    isWithin: sent > 0 && answered === 0,
  };
}

export function checkRate(planned: number, { receivedBitsPerSec, elapsedMs }: RateReading): Check {
  const low = planned * (1 - RATE_TOLERANCE_RATIO);
  const high = planned * (1 + RATE_TOLERANCE_RATIO);
  const measured = elapsedMs > 0 ? receivedBitsPerSec : null;
  return {
    quantity: 'rate',
    planned,
    measured,
    low,
    high,
    samples: elapsedMs,
    isWithin: measured !== null && measured >= low && measured <= high,
  };
}

/** Infinite bounds cannot be stored; no round trip lasts an hour. */
const UNBOUNDED_MS = 3_600_000;

/** What may make round trips longer than planned and is not the fault of the shaping, in ms. */
function delayAllowanceMs(
  traits: PairTraits,
  intervalMs: number,
  { isLoaded }: CheckOptions,
): number {
  const { there, accessMs, jitterRangeMs, queueMsMax } = traits;
  const sparseMs = accessMs + 2 * overtakingMs(jitterRangeMs, intervalMs);
  if (!isLoaded) return sparseMs;
  return sparseMs + Math.max(0, there.rttHighMs - there.rttMedianMs) + queueMsMax;
}

/**
 * By how much a packet is held up on average by the one before it, where order is kept and delays
 * are uniform over `rangeMs`: E[max(0, D1 - D2 - interval)] = (range - interval)^3 / (6 range^2).
 */
function overtakingMs(rangeMs: number, intervalMs: number): number {
  if (intervalMs >= rangeMs) return 0;
  return (rangeMs - intervalMs) ** 3 / (6 * rangeMs ** 2);
}

function medianOf(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}
