import { describe, expect, it } from '@jest/globals';
import { createLane } from '../../../controller/src/lib/lane.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('createLane', () => {
  it('does one piece of work at a time, in the order it was given', async () => {
    const inTurn = createLane();
    const steps: string[] = [];
    const work = (name: string, turns: number) => async () => {
      steps.push(`begin ${name}`);
      for (let i = 0; i < turns; i++) await turn();
      steps.push(`end ${name}`);
    };
    await Promise.all([inTurn(work('a', 3)), inTurn(work('b', 1)), inTurn(work('c', 0))]);
    expect(steps).toEqual(['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
  });

  it('does nothing after a failure, and tells everybody who waits', async () => {
    const inTurn = createLane();
    let isDone = false;
    const outcomes = await Promise.allSettled([
      inTurn(() => Promise.reject(new Error('first fails'))),
      inTurn(async () => {
        isDone = true;
      }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(isDone).toBe(false);
  });
});
