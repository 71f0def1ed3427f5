import { describe, expect, it } from '@jest/globals';
import { BatchSize } from '../../../../../node-image/src/engine/shared/batch-size.ts';
import { Intake } from '../../../../../node-image/src/engine/shared/intake.ts';
import { Pace } from '../../../../../node-image/src/engine/shared/pace.ts';
import { Pacemaker } from '../../../../../node-image/src/engine/shared/pacemaker.ts';

const base = { baseTimeoutMs: 900, batchTxMax: 4_000 };

/** A size after so many rounds that take a fixed time and so much for each transaction. */
function settled(given: { fixedMs: number; perTransactionMs: number; rounds?: number }): number {
  const size = new BatchSize(base);
  for (let round = 0; round < (given.rounds ?? 100); round++) {
    size.learn(given.fixedMs + given.perTransactionMs * size.max, size.max);
  }
  return size.max;
}

describe('the pace of blocks', () => {
  it('is six rounds, but not slower than rounds that take long anyway', () => {
    const pace = new Pace('adaptive');
    expect(pace.intervalMs).toBe(0);
    for (let round = 0; round < 9; round++) pace.learn(round % 2 === 0 ? 5 : 90);
    expect(pace.intervalMs).toBe(30);
    for (let round = 0; round < 9; round++) pace.learn(300);
    expect(pace.intervalMs).toBe(60);
  });

  it('counts from the last block with transactions', () => {
    const pace = new Pace(25);
    expect(pace.dueMs).toBe(Number.NEGATIVE_INFINITY);
    pace.seen(100);
    pace.learn(1);
    expect(pace.dueMs).toBe(125);
  });
});

describe('the size of a block', () => {
  it('is 512 transactions at first, and never more than the parameters say', () => {
    expect(new BatchSize(base).max).toBe(512);
    expect(new BatchSize({ ...base, batchTxMax: 10 }).max).toBe(10);
  });

  it('grows to the most where rounds are fast', () => {
    expect(settled({ fixedMs: 5, perTransactionMs: 0.01, rounds: 8 })).toBe(4_000);
  });

  it('is such that a round takes a third of the timer', () => {
    const size = settled({ fixedMs: 60, perTransactionMs: 0.5 });
    expect(60 + 0.5 * size).toBeLessThanOrEqual(300);
    expect(60 + 0.5 * size).toBeGreaterThan(180);
  });

  it('is not small for nothing: a third of the round may be what an empty one takes', () => {
    const size = settled({ fixedMs: 400, perTransactionMs: 2 });
    expect(400 + 2 * size).toBeGreaterThan(600);
    expect(400 + 2 * size).toBeLessThan(1_700);
  });

  it('does not shrink because of rounds that were not full', () => {
    const size = new BatchSize(base);
    for (let round = 0; round < 100; round++) size.learn(800, 100);
    expect(size.max).toBe(512);
  });
});

describe('the timer', () => {
  it('follows what certified rounds take, and comes back', () => {
    const pacemaker = new Pacemaker(100, 1);
    pacemaker.enter(2, 0, 0);
    for (let round = 0; round < 4; round++) pacemaker.learn(20);
    expect(pacemaker.usualMs).toBe(100);
    for (let round = 0; round < 5; round++) pacemaker.learn(80);
    expect(pacemaker.usualMs).toBe(240);
    for (let round = 0; round < 5; round++) pacemaker.learn(20);
    expect(pacemaker.usualMs).toBe(100);
  });

  it('is not led on by a third of the leaders, and has an end', () => {
    const pacemaker = new Pacemaker(100, 1);
    for (let round = 0; round < 60; round++) {
      pacemaker.learn(round % 3 === 0 ? pacemaker.usualMs - 1 : 30);
    }
    expect(pacemaker.usualMs).toBe(100);
    for (let round = 0; round < 60; round++) pacemaker.learn(pacemaker.usualMs - 1);
    expect(pacemaker.usualMs).toBe(800);
    pacemaker.enter(500, 0, 0);
    expect(pacemaker.durationMs(1)).toBeCloseTo(100 * 1.5 ** 6);
  });
});

describe('the intake', () => {
  it('knows how many own transactions leave in a time', () => {
    const intake = new Intake();
    expect(intake.drainedIn(1_000)).toBe(0);
    for (let nowMs = 50; nowMs <= 5_000; nowMs += 50) intake.committed(10, nowMs, 1_000);
    expect(intake.drainedIn(1_000)).toBeCloseTo(200, -1);
  });

  it('counts a pause, but not for ever', () => {
    const intake = new Intake();
    for (let nowMs = 50; nowMs <= 5_000; nowMs += 50) intake.committed(10, nowMs, 1_000);
    intake.committed(10, 60_000, 1_000);
    expect(intake.drainedIn(1_000)).toBeGreaterThan(30);
    expect(intake.drainedIn(1_000)).toBeLessThan(100);
  });
});
