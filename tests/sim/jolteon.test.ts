import { describe, expect, it } from '@jest/globals';
import { jolteonSubject } from './chained/subject.ts';
import { failures } from './failures.ts';
import { createScenario } from './scenario.ts';
import { runScenario } from './simulation.ts';

/** Seeds per kind; CI runs many more at night. */
const seedCount = Number(process.env.TESTBED_SIM_SEEDS ?? 500);
const msPerSeedMax = 500;

const subject = { name: 'jolteon', subject: jolteonSubject };

describe('the engine in a simulated network', () => {
  it(
    `agrees and makes progress under losses, splits and crashes, over ${seedCount} seeds`,
    () => {
      expect(failures('faults', seedCount, subject)).toEqual([]);
    },
    seedCount * msPerSeedMax,
  );

  it(
    `agrees while f colluding members attack, and recovers, over ${seedCount} seeds`,
    () => {
      expect(failures('byzantine', seedCount, subject)).toEqual([]);
    },
    seedCount * msPerSeedMax,
  );

  it('runs the same seed to the same trace, and other seeds to others', () => {
    const traces = new Set<number>();
    for (const kind of ['faults', 'byzantine'] as const) {
      for (let seed = 11; seed <= 20; seed++) {
        const first = runScenario(createScenario(seed, kind));
        const second = runScenario(createScenario(seed, kind));
        expect(second).toEqual(first);
        traces.add(first.traceHash);
      }
    }
    expect(traces.size).toBe(20);
  }, 60_000);

  it('collects evidence against equivocators only', () => {
    const verdict = runScenario(createScenario(2, 'byzantine'));
    // The observer halts the run if an honest node is accused.
    expect(verdict).toMatchObject({ kind: 'pass' });
    expect(verdict.evidence).toBeGreaterThan(0);
    expect(runScenario(createScenario(2, 'faults')).evidence).toBe(0);
  }, 20_000);
});
