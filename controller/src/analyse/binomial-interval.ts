import { assert } from '../lib/assert.ts';
import { incompleteBeta } from './special-functions.ts';

/**
 * Exact two-sided interval of a share (Clopper and Pearson, 1934): it covers the true share with
 * at least the stated confidence, for any number of trials, none lost and all lost included.
 * Ends are quantiles of Beta(k, n - k + 1) and Beta(k + 1, n - k).
 * @param count of `trials` that went one way, 0 to `trials`
 * @param trials >= 1
 * @param confidence in (0, 1), 0.99 for 99 %
 */
export function binomialInterval(
  count: number,
  trials: number,
  confidence: number,
): { readonly low: number; readonly high: number } {
  assert(trials >= 1, `trials ${trials} >= 1`);
  assert(count >= 0 && count <= trials, `count ${count} in 0 to ${trials}`);
  assert(confidence > 0 && confidence < 1, `confidence ${confidence} in (0, 1)`);
  const tail = (1 - confidence) / 2;
  return {
    low: count === 0 ? 0 : betaQuantile(tail, count, trials - count + 1),
    high: count === trials ? 1 : betaQuantile(1 - tail, count + 1, trials - count),
  };
}

/** The x with I_x(a, b) = probability. */
function betaQuantile(probability: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  // Bisection to the resolution of a double, small shares included.
  for (let step = 0; step < 1100 && low < high; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (incompleteBeta(middle, a, b) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
