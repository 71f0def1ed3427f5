import { describe, expect, it } from '@jest/globals';
import { createScenario, type ScenarioKind } from './scenario.ts';
import { runScenario } from './simulation.ts';

/** Seeds per kind; CI runs many more at night. */
const seedCount = Number(process.env.TESTBED_SIM_SEEDS ?? 500);
const msPerSeedMax = 500;

/** What went wrong, and how to see it again. */
function failures(kind: ScenarioKind, count: number): string[] {
  const found: string[] = [];
  for (let seed = 1; seed <= count && found.length < 5; seed++) {
    const verdict = runScenario(createScenario(seed, kind));
    if (verdict.kind === 'pass') continue;
    const replay = `npm run sim -- --kind ${kind} --seed ${seed} --trace`;
    found.push(`seed ${seed}: ${verdict.kind}, ${verdict.detail}\n  replay: ${replay}`);
  }
  return found;
}

describe('the engine in a simulated network', () => {
  it(
    `agrees and makes progress under losses, splits and crashes, over ${seedCount} seeds`,
    () => {
      expect(failures('faults', seedCount)).toEqual([]);
    },
    seedCount * msPerSeedMax,
  );

  it(
    `agrees while f colluding members attack, and recovers, over ${seedCount} seeds`,
    () => {
      expect(failures('byzantine', seedCount)).toEqual([]);
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
