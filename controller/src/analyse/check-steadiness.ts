import type { Steadiness } from '../model/finding.ts';
import { mean, median, standardDeviation } from './describe.ts';
import { twoSidedP } from './student-t.ts';
import { mannKendall, theilSenSlope, welchP } from './trend-tests.ts';

/** Windows per batch: MSER-5 (White 1997; Franklin & White 2008). */
const batchSize = 5;
/** Below this, neither test can reject at 1 %, so nothing at all is said. */
const windowsMin = 30;
/** From here on "not rejected" is worth printing: a 20 % drift is then found 31 % of the time. */
const windowsForClaim = 60;
const significance = 0.01;
const biasSignificance = 0.001;
/** Drift below 5 % of the median is not worth calling unsteady, however significant. */
const driftMin = 0.05;

export interface WarmUp {
  readonly batchMeans: readonly number[];
  /** MSER(d) for d = 0 .. floor(k/2). */
  readonly curve: readonly number[];
  /** Batches to cut off at the start: the first minimum of the curve. */
  readonly discardedBatches: number;
}

/**
 * How much of the start of a series is still warm-up.
 * MSER(d) = sum over i > d of (z_i - mean_d)^2 / (k - d)^2 over the means z of batches of five;
 * restricted to the first half, because the unrestricted minimum drifts into the tail.
 * @param values at least one batch; an incomplete last batch is dropped
 */
export function findWarmUp(values: readonly number[]): WarmUp {
  const batches = Math.floor(values.length / batchSize);
  const batchMeans = Array.from({ length: batches }, (_, i) =>
    mean(values.slice(i * batchSize, (i + 1) * batchSize)),
  );
  const curve = Array.from({ length: Math.floor(batches / 2) + 1 }, (_, discarded) => {
    const rest = batchMeans.slice(discarded);
    if (rest.length === 0) return Number.POSITIVE_INFINITY;
    const center = mean(rest);
    return rest.reduce((sum, value) => sum + (value - center) ** 2, 0) / rest.length ** 2;
  });
  return { batchMeans, curve, discardedBatches: curve.indexOf(Math.min(...curve)) };
}

/**
 * Whether throughput held still over the measured window. Unsteady if, after cutting off what
 * MSER-5 calls warm-up, (a) Mann-Kendall p < .01 and the Theil-Sen drift over the rest exceeds 5 %
 * of the median, or (b) Welch p < .01 between its halves and they differ by more than 5 %, or (c)
 * what was cut off differs from the rest (t test, p < .001) and moves the mean by more than 5 %:
 * figures are over the whole window, so a warm-up, or a step that looks like one, biases them.
 * Never says "steady": it says "not rejected", and only from 60 windows on.
 * @param series one value per window of one second, in order
 */
export function checkSteadiness(series: readonly number[]): Steadiness {
  const windows = series.length;
  if (windows < windowsMin) {
    return { kind: 'too-short', windows, warmUpWindows: null, driftRatio: null };
  }
  const { batchMeans, discardedBatches } = findWarmUp(series);
  const rest = batchMeans.slice(discardedBatches);
  const center = median(rest);
  const driftRatio = center === 0 ? 0 : (theilSenSlope(rest) * (rest.length - 1)) / center;
  const drifts = mannKendall(rest).p < significance && Math.abs(driftRatio) > driftMin;
  const found = { windows, warmUpWindows: discardedBatches * batchSize, driftRatio };
  if (drifts || hasStep(rest) || isBiased(batchMeans, rest)) return { kind: 'unsteady', ...found };
  return { kind: windows < windowsForClaim ? 'too-short' : 'not-rejected', ...found };
}

/** Compares the halves; the middle batch of an odd number belongs to neither. */
function hasStep(batches: readonly number[]): boolean {
  const half = Math.floor(batches.length / 2);
  if (half < 2) return false;
  const first = batches.slice(0, half);
  const last = batches.slice(batches.length - half);
  const reference = mean(first);
  const difference = reference === 0 ? mean(last) : mean(last) / reference - 1;
  return welchP(first, last) < significance && Math.abs(difference) > driftMin;
}

/**
 * A t test of the cut-off part against the rest, at a level that allows for the cut having been
 * chosen to look different: 0-1 % of flat series are then called biased, AR(1) noise included.
 */
function isBiased(all: readonly number[], rest: readonly number[]): boolean {
  const cut = all.slice(0, all.length - rest.length);
  const settled = mean(rest);
  if (cut.length === 0 || rest.length < 2 || settled === 0) return false;
  const spread = standardDeviation(rest) * Math.sqrt(1 / cut.length + 1 / rest.length);
  const difference = mean(cut) - settled;
  const p = spread === 0 ? 0 : twoSidedP(difference / spread, rest.length - 1);
  return p < biasSignificance && Math.abs(mean(all) / settled - 1) > driftMin;
}
