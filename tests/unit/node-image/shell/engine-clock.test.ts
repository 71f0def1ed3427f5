import { describe, expect, it } from '@jest/globals';
import { createEngineClock } from '../../../../node-image/src/shell/engine-clock.ts';
import { createFakeClock } from './fake-clock.ts';

const START_MS = 1_700_000_000_000;

describe('the clock of an engine', () => {
  it('is the true one, and leaps ahead by what is ordered', () => {
    const clock = createFakeClock(START_MS);
    const engine = createEngineClock(clock);
    expect(engine.nowMs()).toBe(START_MS);
    engine.setOffset(5_000);
    expect(engine.nowMs()).toBe(START_MS + 5_000);
    clock.advance(100);
    expect(engine.nowMs()).toBe(START_MS + 5_100);
    expect(engine.dueMs(START_MS + 5_150) - clock.nowMs()).toBe(50);
    expect(engine.trueMs(START_MS + 5_050)).toBe(START_MS + 50);
  });

  it('never runs backwards: set back, it crawls until it has been caught up with', () => {
    const clock = createFakeClock(START_MS);
    const engine = createEngineClock(clock);
    engine.setOffset(-1_000);
    const readings = Array.from({ length: 30 }, () => {
      clock.advance(50);
      return engine.nowMs();
    });
    expect(readings).toEqual([...readings].sort((a, b) => a - b));
    expect(readings[9]).toBeCloseTo(START_MS + 0.5, 2);
    expect(readings[29]).toBeCloseTo(START_MS + 500, 2);
    // What is due half a second from now by its clock is due when that shows.
    expect(engine.dueMs(START_MS + 1_000) - clock.nowMs()).toBeCloseTo(500, 2);
  });

  it('tells the true time of every reading, whatever was ordered since', () => {
    const clock = createFakeClock(START_MS);
    const engine = createEngineClock(clock);
    const seen: { readonly trueMs: number; readonly engineMs: number }[] = [];
    for (const offsetMs of [0, 700, -400, 0, 250, -3_000, 0]) {
      engine.setOffset(offsetMs);
      for (let step = 0; step < 4; step++) {
        clock.advance(190);
        seen.push({ trueMs: clock.nowMs(), engineMs: engine.nowMs() });
      }
    }
    for (const { trueMs, engineMs } of seen) {
      // A crawling clock shows a true millisecond in its third digit after the point.
      expect(Math.abs(engine.trueMs(engineMs) - trueMs)).toBeLessThan(1);
    }
  });
});
