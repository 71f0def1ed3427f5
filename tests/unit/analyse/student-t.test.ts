import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { logGamma, normalCdf } from '../../../controller/src/analyse/special-functions.ts';
import { studentTQuantile, twoSidedP } from '../../../controller/src/analyse/student-t.ts';

describe('special functions', () => {
  it.each([
    [0.5, 0.5723649429247001],
    [1, 0],
    [5, 3.1780538303479458],
    [100.5, 361.43554046777757],
  ])('gives the log gamma of %d', (x, expected) => {
    expect(logGamma(x)).toBeCloseTo(expected, 11);
  });

  it.each([
    [-5, 2.866515719e-7],
    [-1.959963984540054, 0.025],
    [0, 0.5],
    [2.5, 0.9937903346742238],
    [-3, 0.0013498980316300933],
  ])('gives the normal distribution at %d', (z, expected) => {
    expect(normalCdf(z) / expected).toBeCloseTo(1, 9);
  });
});

describe('twoSidedP', () => {
  it('gives the tail probability of t = 2 with 10 degrees of freedom', () => {
    expect(twoSidedP(2, 10)).toBeCloseTo(0.0733880348, 10);
  });

  it('is 1 at 0 and 0 at infinity', () => {
    expect(twoSidedP(0, 3)).toBe(1);
    expect(twoSidedP(Number.POSITIVE_INFINITY, 3)).toBe(0);
  });
});

describe('studentTQuantile', () => {
  it.each([
    [0.975, 4, 2.7764451052],
    [0.975, 1, 12.7062047362],
    [0.975, 2, 4.3026527297],
    [0.025, 4, -2.7764451052],
    [0.5, 7, 0],
    [0.995, 30, 2.7499956536],
  ])('of %d with %d degrees of freedom is %d', (probability, degrees, expected) => {
    expect(studentTQuantile(probability, degrees)).toBeCloseTo(expected, 9);
  });

  it('inverts the distribution function', () => {
    const probability = fc.double({ min: 0.501, max: 0.9999, noNaN: true });
    fc.assert(
      fc.property(probability, fc.integer({ min: 1, max: 200 }), (p, degrees) => {
        const t = studentTQuantile(p, degrees);
        expect(1 - twoSidedP(t, degrees) / 2).toBeCloseTo(p, 9);
      }),
    );
  });

  it.each([0, 1, -0.1])('refuses probability %d', (probability) => {
    expect(() => studentTQuantile(probability, 4)).toThrow('probability');
  });
});
