import { assert } from '../lib/assert.ts';
import { incompleteBeta } from './special-functions.ts';

/** Student's t distribution: tail probability and quantile, for any positive degrees of freedom. */

/** P(|T| > |t|). @param degreesOfFreedom > 0, fractions allowed (Welch) */
export function twoSidedP(t: number, degreesOfFreedom: number): number {
  assert(degreesOfFreedom > 0, `degrees of freedom ${degreesOfFreedom} > 0`);
  if (!Number.isFinite(t)) return 0;
  return incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5);
}

/**
 * The t with P(T <= t) = probability.
 * @param probability in (0, 1)
 * @param degreesOfFreedom >= 1
 */
export function studentTQuantile(probability: number, degreesOfFreedom: number): number {
  assert(probability > 0 && probability < 1, `probability ${probability} in (0, 1)`);
  assert(degreesOfFreedom >= 1, `degrees of freedom ${degreesOfFreedom} >= 1`);
  if (probability === 0.5) return 0;
  if (probability < 0.5) return -studentTQuantile(1 - probability, degreesOfFreedom);
  const tail = 2 * (1 - probability);
  let high = 1;
  while (twoSidedP(high, degreesOfFreedom) > tail) high *= 2;
  let low = high === 1 ? 0 : high / 2;
  // Bisection halves the bracket 60 times: below the resolution of a double.
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (twoSidedP(middle, degreesOfFreedom) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
