import { describe, expect, it } from '@jest/globals';
import { type CellId, createCellId } from '../../../controller/src/model/ids.ts';
import type { Capacity } from '../../../controller/src/model/plan.ts';
import { createPace } from '../../../controller/src/run/pace.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const { plan } = generateStoredRun({ sizes: [4, 7], repetitions: 2 }).run;
const small = createCellId(4);
const large = createCellId(7);

/** A repetition of n = 4 is expected to take 10 s, one of n = 7 takes 20 s: 60 s in all. */
function pace() {
  const cell = (cellId: CellId, durationMs: number) => ({ cellId, durationMs });
  const capacity = { cells: [cell(small, 20_000), cell(large, 40_000)] } as unknown as Capacity;
  let nowMs = 5_000;
  const made = createPace(plan, capacity, { monotonicMs: () => nowMs });
  return {
    remainingMs: () => Math.round(made.remainingMs()),
    after: (ms: number, cellId: CellId, isLast: boolean, isWhole = true) => {
      nowMs += ms;
      made.attempted(cellId, { isLast, isWhole });
    },
  };
}

describe('createPace', () => {
  it('starts with the estimate', () => {
    expect(pace().remainingMs()).toBe(60_000);
  });

  it('takes over how much slower than estimated the past was', () => {
    const one = pace();
    one.after(15_000, small, true);
    expect(one.remainingMs()).toBe(75_000);
  });

  it('adds the second attempt of the repetition under way', () => {
    const one = pace();
    one.after(10_000, small, false);
    expect(one.remainingMs()).toBe(60_000);
  });

  it('expects of the rest as many attempts as were needed so far, each as long as it took', () => {
    const one = pace();
    one.after(10_000, small, false);
    one.after(10_000, small, true);
    expect(one.remainingMs()).toBe(100_000);
    one.after(20_000, large, false);
    expect(one.remainingMs()).toBe(80_000);
    one.after(20_000, large, true);
    expect(one.remainingMs()).toBe(60_000);
  });

  it('learns nothing of the rest from an attempt that failed at once', () => {
    const one = pace();
    one.after(500, small, false, false);
    expect(one.remainingMs()).toBe(60_000);
    one.after(500, small, true, false);
    // Its first attempt cost half a second of ten: so may those to come.
    expect(one.remainingMs()).toBe(52_500);
    one.after(40_000, large, true);
    expect(one.remainingMs()).toBe(60_500);
  });

  it('ends at nothing', () => {
    const one = pace();
    for (const cellId of [small, large, large, small]) one.after(12_000, cellId, true);
    expect(one.remainingMs()).toBe(0);
  });
});
