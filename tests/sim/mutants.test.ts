import { describe, expect, it } from '@jest/globals';
import { mutants } from './mutants.ts';
import { createScenario } from './scenario.ts';
import { runScenario } from './simulation.ts';

/** The weakest mutant forks about once in 20 to 100 seeds; nearly all die within 50. */
const seedsMax = 400;

/** First seed at which honest nodes fork or notice that they would; null if none does. */
function killingSeed(mutant: (typeof mutants)[number]): number | null {
  const overrides =
    mutant.committeeSize === undefined ? {} : { committeeSize: mutant.committeeSize };
  for (let seed = 1; seed <= seedsMax; seed++) {
    const scenario = createScenario(seed, 'byzantine', overrides);
    const verdict = runScenario(scenario, { subject: mutant.subject, checksHabits: false });
    if (verdict.kind === 'diverged' || verdict.kind === 'halted') return seed;
  }
  return null;
}

describe('the simulator', () => {
  for (const mutant of mutants) {
    it(`catches an engine that ${mutant.name.replaceAll('-', ' ')}`, () => {
      expect(killingSeed(mutant)).not.toBeNull();
    }, 180_000);
  }
});
