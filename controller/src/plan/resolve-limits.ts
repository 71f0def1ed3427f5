/** Limits as a scenario asks for them -> limits of each node on its host. Pure arithmetic. */

import type { Cell, NodeResources, Plan } from '../model/plan.ts';
import type { HostFacts } from '../model/record.ts';
import type { ResourceSpec } from '../model/resources.ts';
import { runtimeTraits } from '../model/runtime-traits.ts';

export type Host = Pick<HostFacts, 'cores' | 'memoryBytes'>;

/** Finer shares of a core than this are not scheduled evenly. */
const cpuStep = 0.001;
const cpusMin = 0.01;

/** What all hosts have together. */
export function togetherOf(hosts: readonly Host[]): Host {
  return {
    cores: hosts.reduce((sum, { cores }) => sum + cores, 0),
    memoryBytes: hosts.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
  };
}

/** In node order, clamped to the host of each; none where the runtime has none to give. */
export function resolveLimits(plan: Plan, cell: Cell, hosts: readonly Host[]): NodeResources[] {
  return cell.nodes.map(({ index, host, resources }) => {
    const facts = hosts[host];
    if (facts === undefined) throw new Error(`Broken invariant: node ${index} is on no host`);
    return limitsOf(plan, resources, facts);
  });
}

function limitsOf(plan: Plan, asked: ResourceSpec, host: Host): NodeResources {
  const { limits } = runtimeTraits[plan.runtime];
  const { pidsMax } = asked;
  const cpus = limits.cpus ? askedCpus(plan, asked, host.cores) : null;
  const memoryBytes = limits.memory ? asked.memoryBytes : null;
  return {
    cpus: cpus === null ? null : Math.min(cpus, host.cores),
    memoryBytes: memoryBytes === null ? null : Math.min(memoryBytes, host.memoryBytes),
    pidsMax,
  };
}

/**
 * Cores per node before clamping. `fair`: as many as each node of the largest size can have, so
 * that a node is the same at every size.
 */
export function askedCpus(
  { cells }: Pick<Plan, 'cells'>,
  { cpus }: Pick<ResourceSpec, 'cpus'>,
  cores: number,
): number | null {
  if (cpus !== 'fair') return cpus;
  const share = cores / Math.max(...cells.map(({ nodeCount }) => nodeCount));
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
