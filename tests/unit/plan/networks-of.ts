import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import type {
  CellNetwork,
  LinkShape,
  NetworkState,
} from '../../../controller/src/model/network.ts';
import type { Scenario } from '../../../controller/src/model/scenario.ts';
import { planNetwork } from '../../../controller/src/plan/plan-network.ts';

/** Networks for tests of the planner, written as a person would write them. */

/** @param yaml what follows the name: `nodes`, `network`, `changes` ... */
export function scenarioOf(yaml: string): Scenario {
  return parseScenario({ file: 'a.yaml', text: `name: a\n${yaml}` });
}

/** The network of the first size, laid out for netem. */
export function networkOf(yaml: string): CellNetwork {
  const scenario = scenarioOf(yaml);
  return planNetwork(scenario, scenario.nodes[0] ?? 0, 'netem');
}

/** By names of regions. */
export function shapeBetween(
  { regions, initial }: CellNetwork,
  from: string,
  to: string,
  state: NetworkState = initial,
): LinkShape {
  const index = (name: string): number => regions.findIndex((region) => region.name === name);
  const link = state.links.find((one) => one.from === index(from) && one.to === index(to));
  if (link === undefined) throw new Error(`There is no link from ${from} to ${to}`);
  return link.shape;
}
