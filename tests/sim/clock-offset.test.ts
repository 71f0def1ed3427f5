import { describe, expect, it } from '@jest/globals';
import { createScenario, type ScenarioKind } from './scenario.ts';
import { runScenario } from './simulation.ts';

/** Few: what a seed draws is tried in jolteon.test.ts; here each gets wrong clocks on top. */
const SEEDS = 16;

describe('an engine whose clock is wrong', () => {
  it.each<ScenarioKind>(['faults', 'byzantine'])(
    'costs neither safety nor, once it is right again, progress: %s',
    (kind) => {
      const failures: string[] = [];
      for (let seed = 1; seed <= SEEDS; seed++) {
        const scenario = createScenario(seed, kind);
        const node = seed % scenario.committeeSize;
        // Far ahead: all that it waits for is over. Far behind: it waits for nothing for seconds.
        const clockSteps = [
          { node, atMs: 800, offsetMs: 4_000 },
          { node, atMs: 1_600, offsetMs: 20_000 },
          { node, atMs: 2_400, offsetMs: 15_000 },
          { node, atMs: 4_000, offsetMs: -2_000 },
          { node, atMs: 5_500, offsetMs: 0 },
        ];
        const verdict = runScenario({ ...scenario, clockSteps });
        if (verdict.kind !== 'pass')
          failures.push(`seed ${seed}: ${verdict.kind}, ${verdict.detail}`);
      }
      expect(failures).toEqual([]);
    },
    60_000,
  );

  it('is off indeed: its timeouts come at other times', () => {
    const scenario = createScenario(3, 'faults');
    const clockSteps = [{ node: 0, atMs: 500, offsetMs: 60_000 }];
    const honest = runScenario(scenario);
    expect(runScenario({ ...scenario, clockSteps }).traceHash).not.toBe(honest.traceHash);
    expect(runScenario({ ...scenario, clockSteps: [] }).traceHash).toBe(honest.traceHash);
  });
});
