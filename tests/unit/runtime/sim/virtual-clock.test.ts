import { setTimeout as realSleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createVirtualClock } from '../../../../controller/src/runtime/sim/virtual-clock.ts';

const never = new AbortController().signal;

describe('createVirtualClock', () => {
  it('wakes sleepers in order of their time, without waiting for it', async () => {
    const clock = createVirtualClock(5_000);
    const seen: string[] = [];
    const sleep = async (ms: number): Promise<void> => {
      await clock.sleep(ms, { signal: never });
      seen.push(`${ms} at ${clock.monotonicMs()}`);
    };
    await Promise.all([sleep(3_600_000), sleep(10), sleep(20)]);
    expect(seen).toEqual(['10 at 5010', '20 at 5020', '3600000 at 3605000']);
    expect(clock.now()).toEqual(new Date(3_605_000));
  });

  it('asks the world to live through the time, and takes what it says for the time', async () => {
    const clock = createVirtualClock(0);
    const asked: number[] = [];
    const detach = clock.attach({
      async advance(untilMs) {
        asked.push(untilMs);
        return Math.min(untilMs, clock.monotonicMs() + 40);
      },
    });
    await clock.sleep(100, { signal: never });
    expect(asked).toEqual([100, 100, 100]);
    expect(clock.monotonicMs()).toBe(100);
    detach();
    await clock.sleep(5, { signal: never });
    expect(asked).toHaveLength(3);
  });

  it('lets a deadline pass only with others, or for an answer that is late', async () => {
    const clock = createVirtualClock(0);
    const deadline = clock.timeoutSignal(50);
    await realSleep(20);
    expect(deadline.aborted).toBe(false);
    // An answer that never comes: time passes until somebody has waited long enough.
    const answer = clock.await(
      new Promise<string>((resolve) => {
        deadline.addEventListener('abort', () => resolve('gave up'));
      }),
    );
    expect(await answer).toBe('gave up');
    expect(clock.monotonicMs()).toBe(50);
  });

  it('ends a sleep that is not wanted any more', async () => {
    const clock = createVirtualClock(0);
    const stop = new AbortController();
    const sleeping = clock.sleep(1e9, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    expect(clock.monotonicMs()).toBe(0);
  });

  it('fails whoever waits when the nodes of its time have broken, and no later sleep', async () => {
    const clock = createVirtualClock(0);
    const detach = clock.attach({
      advance: () => Promise.reject(new Error('the thread has ended')),
    });
    const deadline = clock.timeoutSignal(10);
    await expect(clock.sleep(5, { signal: never })).rejects.toThrow('the thread has ended');
    expect(deadline.reason).toEqual(new Error('the thread has ended'));
    detach();
    await clock.sleep(5, { signal: never });
    expect(clock.monotonicMs()).toBe(5);
  });

  it('lets time go on for those who are left when a network is ended under way', async () => {
    const clock = createVirtualClock(0);
    const detach = clock.attach({
      async advance() {
        detach();
        throw new Error('ended on purpose');
      },
    });
    await clock.sleep(5, { signal: never });
    expect(clock.monotonicMs()).toBe(5);
  });

  it('lets no time pass while something is done that takes none', async () => {
    const clock = createVirtualClock(0);
    const held = clock.hold(realSleep(30));
    const sleeping = clock.sleep(5, { signal: never });
    await realSleep(10);
    expect(clock.monotonicMs()).toBe(0);
    await Promise.all([held, sleeping]);
    expect(clock.monotonicMs()).toBe(5);
  });
});
