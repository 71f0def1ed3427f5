/**
 * The few special functions that the tests of this folder need, to about 1e-10 relative error.
 * Pure; checked against exact values in tests/unit/analyse/special-functions.test.ts.
 */

/** Coefficients of the Lanczos approximation with g = 7 and nine terms (P. Godfrey, 2001). */
const lanczos: readonly number[] = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** Most terms of a series or continued fraction; all converge far earlier for our arguments. */
const termsMax = 1000;

/** Natural logarithm of the gamma function. @param x > 0 */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const base = x - 1 + 7.5;
  const sum = lanczos.reduce((total, c, i) => (i === 0 ? c : total + c / (x - 1 + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}

/**
 * Regularised incomplete beta function I_x(a, b).
 * @param x in [0, 1]; @param a, b > 0
 * @see DLMF 8.17.22 (continued fraction), evaluated by the modified Lentz method
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast only left of the mean; the symmetry covers the other side.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logFront =
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  return Math.exp(logFront) / (a * betaFraction(x, a, b));
}

/** Standard normal distribution function, accurate in both tails. */
export function normalCdf(z: number): number {
  if (z > 0) return 1 - normalCdf(-z);
  const distance = -z;
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  if (distance < 3) {
    let term = distance;
    let sum = distance;
    for (let k = 1; k < termsMax && term > sum * 1e-17; k++) {
      term *= (distance * distance) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  // Laplace's continued fraction of the Mills ratio, from the inside out.
  let fraction = distance;
  for (let k = 200; k >= 1; k--) fraction = distance + k / fraction;
  return density / fraction;
}

function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let value = 1;
  let upper = 1;
  let lower = 0;
  for (let i = 1; i < termsMax; i++) {
    const m = Math.floor(i / 2);
    const numerator =
      i % 2 === 1
        ? (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
        : (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    lower = 1 / avoidZero(1 + numerator * lower, tiny);
    upper = avoidZero(1 + numerator / upper, tiny);
    const factor = upper * lower;
    value *= factor;
    // Two steps of a double: nearer than one, it may swing around 1 for ever.
    if (Math.abs(factor - 1) <= 2 * Number.EPSILON) break;
  }
  return value;
}

function avoidZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}
