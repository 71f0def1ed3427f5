import type { ShaperKind } from '../model/network.ts';
import type { Capacity, Plan } from '../model/plan.ts';
import type { HostFacts } from '../model/record.ts';
import type { RuntimeKind, Scenario } from '../model/scenario.ts';
import { createPlan } from '../plan/create-plan.ts';
import { estimateCapacity } from '../plan/estimate-capacity.ts';
import type { KernelSettings } from './ports.ts';

/** Plans a scenario and holds the plan against its hosts, with the limits of our kernel if known. */
export async function holdAgainst(
  scenario: Scenario,
  where: {
    readonly runtime: RuntimeKind;
    readonly hosts: readonly HostFacts[];
    /** What the scenario's choice came to there. */
    readonly shaper: ShaperKind;
  },
  probe: KernelSettings,
): Promise<{ readonly plan: Plan; readonly capacity: Capacity }> {
  const { runtime, hosts, shaper } = where;
  const plan = createPlan(scenario, runtime, shaper);
  const isHere = hosts.some(({ local }) => local);
  const entries = isHere ? await probe.sysctl('net.ipv4.neigh.default.gc_thresh3') : null;
  const options = entries === null ? {} : { neighbourEntriesMax: entries };
  return { plan, capacity: estimateCapacity(plan, hosts, options) };
}
