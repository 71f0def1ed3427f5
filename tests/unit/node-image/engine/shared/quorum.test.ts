import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { faultyMax, quorumSize } from '../../../../../node-image/src/engine/shared/quorum.ts';

describe('quorum', () => {
  it.each([
    [1, 0, 1],
    [2, 0, 2],
    [3, 0, 2],
    [4, 1, 3],
    [5, 1, 4],
    [6, 1, 4],
    [7, 2, 5],
    [10, 3, 7],
    [20, 6, 14],
    [40, 13, 27],
    [100, 33, 67],
  ])('of %i members bears %i faulty and takes %i votes', (size, faulty, quorum) => {
    expect(faultyMax(size)).toBe(faulty);
    expect(quorumSize(size)).toBe(quorum);
  });

  it('makes any two quorums share an honest member, and the honest alone suffice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (size) => {
        const shared = 2 * quorumSize(size) - size;
        return shared > faultyMax(size) && quorumSize(size) <= size - faultyMax(size);
      }),
    );
  });
});
