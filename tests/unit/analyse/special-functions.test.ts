import { describe, expect, it } from '@jest/globals';
import {
  incompleteBeta,
  logGamma,
  normalCdf,
} from '../../../controller/src/analyse/special-functions.ts';

describe('incompleteBeta', () => {
  // Exact sums of binomial terms in rational arithmetic: for whole a and b, I_x(a, b) is
  // P(X >= a) of a + b - 1 draws.
  it.each([
    [0.5, 1, 1, 0.5],
    [0.3, 2, 5, 0.579825],
    [0.002, 14, 2987, 0.003592183084651543],
    [0.005, 60, 9941, 0.09172118302682036],
    [0.5, 5000, 5000, 0.5],
    [0.49, 5000, 5000, 0.022742032324574644],
    [0.99, 300, 4, 0.6404789806604004],
  ])('of %d with %d and %d is %d', (x, a, b, exact) => {
    expect(Math.abs(incompleteBeta(x, a, b) / exact - 1)).toBeLessThan(1e-10);
  });
});

describe('logGamma', () => {
  it.each([
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [1, 0],
    [11, Math.log(3_628_800)],
  ])('of %d', (x, exact) => {
    expect(logGamma(x)).toBeCloseTo(exact, 12);
  });
});

describe('normalCdf', () => {
  // pnorm() of R
  it.each([
    [0, 0.5],
    [1.959963984540054, 0.975],
    [-3, 0.001349898031630095],
    [-8, 6.220960574271785e-16],
  ])('of %d', (z, exact) => {
    expect(Math.abs(normalCdf(z) / exact - 1)).toBeLessThan(1e-12);
  });
});
