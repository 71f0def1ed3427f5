import { describe, expect, it } from '@jest/globals';
import { Pacemaker } from '../../../../../node-image/src/engine/shared/pacemaker.ts';

describe('pacemaker', () => {
  it('gives the first round three times as long: others may still be starting', () => {
    const pacemaker = new Pacemaker(100, 1);
    pacemaker.enter(1, 0, 0);
    expect(pacemaker.deadlineMs).toBe(300);
    pacemaker.enter(2, 10, 0);
    expect(pacemaker.deadlineMs).toBe(110);
  });

  it.each([
    [4, 1, 100],
    [5, 1, 150],
    [6, 1, 225],
    [10, 1, 100 * 1.5 ** 6],
    [500, 1, 100 * 1.5 ** 6],
    [500, 497, 100],
  ])('gives round %i with round %i committed %d ms', (round, committed, durationMs) => {
    const pacemaker = new Pacemaker(100, 1);
    pacemaker.enter(round, 0, committed);
    expect(pacemaker.durationMs(committed)).toBeCloseTo(durationMs);
  });

  it('restarts its timer when it times out, and forgets that on the next round', () => {
    const pacemaker = new Pacemaker(100, 1);
    pacemaker.enter(2, 0, 0);
    pacemaker.timedOut(100, 0);
    expect([pacemaker.hasTimedOut, pacemaker.deadlineMs]).toEqual([true, 200]);
    pacemaker.enter(3, 150, 0);
    expect([pacemaker.hasTimedOut, pacemaker.deadlineMs]).toEqual([false, 250]);
  });

  it('never goes back', () => {
    const pacemaker = new Pacemaker(100, 5);
    expect(() => pacemaker.enter(4, 0, 0)).toThrow('Broken invariant');
  });
});
