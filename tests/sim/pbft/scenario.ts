import { createScenario, type Scenario, type ScenarioKind } from '../scenario.ts';

/** Of so many seeds one has a large committee, which costs as much as all the others. */
const largeEvery = 50;

/**
 * The scenario of a seed: network and faults are those of all engines. Committees are small for
 * the most part, because messages grow with their square, but of every size from 4 to 31.
 */
export function createPbftScenario(
  seed: number,
  kind: ScenarioKind,
  committeeSize: number | null = null,
): Scenario {
  const isLarge = seed % largeEvery === 0;
  const drawn = isLarge ? 8 + ((seed / largeEvery) % 24) : 4 + (seed % 4);
  const scenario = createScenario(seed, kind, { committeeSize: committeeSize ?? drawn });
  // In some the far behind find that nobody remembers: a snapshot has to do.
  const blocksMax = seed % 5 === 0 ? 12 : scenario.retention.blocksMax;
  return { ...scenario, retention: { ...scenario.retention, blocksMax } };
}
