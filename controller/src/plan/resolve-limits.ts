/** Limits as a scenario asks for them -> limits of each node on one host. Pure arithmetic. */

import type { Cell, NodeResources, Plan } from '../model/plan.ts';
import type { HostFacts } from '../model/record.ts';
import { runtimeTraits } from '../model/runtime-traits.ts';
import type { ResourceSpec } from '../model/scenario.ts';

export type Host = Pick<HostFacts, 'cores' | 'memoryBytes'>;

/** Finer shares of a core than this are not scheduled evenly. */
const cpuStep = 0.001;
const cpusMin = 0.01;

/** In node order, clamped to the host; none where the runtime has none to give. */
export function resolveLimits(plan: Plan, cell: Cell, host: Host): NodeResources[] {
  const { regions, regionOf } = cell.network;
  const { limits } = runtimeTraits[plan.runtime];
  return regionOf.map((index) => {
    const asked = regions[index]?.resources ?? plan.scenario.resources;
    const { pidsMax } = asked;
    const cpus = limits.cpus ? askedCpus(plan, asked, host.cores) : null;
    const memoryBytes = limits.memory ? asked.memoryBytes : null;
    return {
      cpus: cpus === null ? null : Math.min(cpus, host.cores),
      memoryBytes: memoryBytes === null ? null : Math.min(memoryBytes, host.memoryBytes),
      pidsMax,
    };
  });
}

/**
 * Cores per node before clamping. `fair`: as many as each node of the largest size can have, so
 * that a node is the same at every size.
 */
export function askedCpus(
  { scenario }: Pick<Plan, 'scenario'>,
  { cpus }: Pick<ResourceSpec, 'cpus'>,
  cores: number,
): number | null {
  if (cpus !== 'fair') return cpus;
  const share = cores / Math.max(...scenario.nodes);
  return Math.max(cpusMin, Number((Math.floor(share / cpuStep) * cpuStep).toFixed(3)));
}

/** @returns null if any value is missing: what is unlimited has no sum */
export function sumOf(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return Number(sum.toFixed(6));
}
