import type { Behaviour } from '../../node-image/src/contract/index.ts';
import { createScenario, type Scenario } from './scenario.ts';

/**
 * A bad network that gets well after two seconds, and f members that behave so from beginning to
 * end: honest nodes have to agree at all times, and to make progress while it goes on.
 */
export function createMisbehaviourScenario(
  seed: number,
  committeeSize: number,
  behaviours: readonly Behaviour[],
): Scenario {
  const scenario = createScenario(seed, 'byzantine', { committeeSize });
  const healMs = 2_000;
  return {
    ...scenario,
    behaviours,
    partitions: [],
    chaos: { ...scenario.chaos, lossRatio: 0.05 },
    healMs,
    submitUntilMs: healMs + 1_000,
    endMs: healMs + 60_000,
    submitEveryMs: 40,
  };
}
