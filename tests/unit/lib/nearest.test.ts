import { describe, expect, it } from '@jest/globals';
import { editDistance, nearest } from '../../../controller/src/lib/nearest.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['repetitons', 'repetitions', 1],
    ['ab', 'ba', 1],
    ['ca', 'abc', 3],
  ])('of %s and %s is %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe('nearest', () => {
  const known = ['nodes', 'repetitions', 'memory', 'drain', 'rate'];

  it.each([
    ['repetitons', 'repetitions'],
    ['NODES', 'nodes'],
    ['ndoes', 'nodes'],
    ['mem', 'memory'],
    ['rte', 'rate'],
  ])('takes %s for %s', (typed, meant) => {
    expect(nearest(typed, known)).toBe(meant);
  });

  it('does not guess at a word that is nothing like any', () => {
    expect(nearest('frobnicate', known)).toBeUndefined();
    expect(nearest('x', known)).toBeUndefined();
    expect(nearest('', known)).toBeUndefined();
  });
});
