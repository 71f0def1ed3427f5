import { describe, expect, it } from '@jest/globals';
import { mapPool } from '../../../controller/src/lib/pool.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('mapPool', () => {
  it('keeps the order of its items whatever finishes first', async () => {
    const doubled = await mapPool([3, 1, 2], 3, async (value) => {
      for (let i = 0; i < value; i++) await turn();
      return value * 2;
    });
    expect(doubled).toEqual([6, 2, 4]);
  });

  it('never has more calls under way than its limit', async () => {
    let underWay = 0;
    let most = 0;
    await mapPool(Array.from({ length: 20 }), 4, async () => {
      most = Math.max(most, ++underWay);
      await turn();
      underWay--;
    });
    expect(most).toBe(4);
  });

  it('starts no new work after a failure, and waits for what is under way', async () => {
    const started: number[] = [];
    const finished: number[] = [];
    const work = mapPool([0, 1, 2, 3, 4, 5], 2, async (value) => {
      started.push(value);
      if (value === 0) throw new Error('first fails');
      await turn();
      finished.push(value);
    });
    await expect(work).rejects.toThrow('first fails');
    expect(started).toEqual([0, 1]);
    expect(finished).toEqual([1]);
  });
});
