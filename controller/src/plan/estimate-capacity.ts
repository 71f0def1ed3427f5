/**
 * The plan held against a host: what it will take and what will not fit. Pure arithmetic over
 * measured costs; asks the host nothing.
 */

import { TestbedError } from '../errors/testbed-error.ts';
import { formatBytes, formatNumber } from '../lib/units.ts';
import type { Capacity, Cell, CellCapacity, Plan } from '../model/plan.ts';
import { runtimeTraits } from '../model/runtime-traits.ts';
import { warnOfByzantine } from './byzantine-warnings.ts';
import { listCells } from './list-cells.ts';
import { kernelLimits, measuredCosts } from './measured-costs.ts';
import { warnOfNetwork } from './network-warnings.ts';
import { findOvercommitments } from './overcommitments.ts';
import { type Host, resolveLimits, sumOf, togetherOf } from './resolve-limits.ts';
import { warnOfStatistics } from './statistical-warnings.ts';

export interface CapacityOptions {
  /** net.ipv4.neigh.default.gc_thresh3 of the host, if known; the kernel's default otherwise. */
  readonly neighbourEntriesMax?: number;
}

/** What of the operating system's memory is not for us to fill. */
const memoryShareMax = 0.9;

/** @param hosts by the index that nodes name */
export function estimateCapacity(
  plan: Plan,
  hosts: readonly Host[],
  options: CapacityOptions = {},
): Capacity {
  const cells = plan.cells.map((cell) => estimateCell(plan, cell, hosts));
  return {
    cells,
    durationMs: cells.reduce((sum, { durationMs }) => sum + durationMs, 0),
    warnings: [
      ...findOvercommitments(plan, cells),
      ...warnOfCrowds(plan, cells),
      ...warnOfMemory(plan, cells),
      ...warnOfKernelLimits(plan, options),
      ...warnOfByzantine(plan),
      ...warnOfNetwork(plan),
      ...warnOfStatistics(plan),
    ],
  };
}

/**
 * Refuses what cannot work whatever is tried: more nodes than a bridge has ports, more memory
 * than there is; and, if `strict`, limits that had to be clamped or add up to more than the host.
 * @throws TestbedError PLAN_TOO_LARGE with every reason
 */
export function assertFits(
  plan: Plan,
  capacity: Capacity,
  { strict }: { readonly strict: boolean },
): void {
  const reasons = strict ? [...findOvercommitments(plan, capacity.cells)] : [];
  for (const { nodeCount } of plan.cells) {
    if (runtimeTraits[plan.runtime].usesBridges && nodeCount > kernelLimits.bridgePortsMax) {
      reasons.push(
        `${nodeCount} nodes need more than the ${kernelLimits.bridgePortsMax} ports of a bridge`,
      );
    }
  }
  for (const { cellId, memoryBytesExpected, memoryBytesHost } of capacity.cells) {
    if (memoryBytesExpected <= memoryBytesHost) continue;
    reasons.push(
      `${cellId} needs about ${formatBytes(memoryBytesExpected)} of memory, the host has ${formatBytes(memoryBytesHost)}`,
    );
  }
  if (reasons.length === 0) return;
  const list = reasons.map((reason) => reason.replace(/\.$/, '')).join('; ');
  throw new TestbedError('PLAN_TOO_LARGE', `The plan cannot run here: ${list}.`, {
    hint: `Choose smaller sizes or limits (\`--nodes\`, \`--cpus\`${strict ? ', `--cpus fair`' : ''}), or a larger host${strict ? ', or leave out `--strict`' : ''}. \`testbed plan\` shows the arithmetic.`,
    details: { reasons },
  });
}

function estimateCell(plan: Plan, cell: Cell, hosts: readonly Host[]): CellCapacity {
  const { runtime } = plan;
  const limits = resolveLimits(plan, cell, hosts);
  const together = togetherOf(hosts);
  const { nodeCount, connections } = cell;
  const costs = measuredCosts[runtime];
  return {
    cellId: cell.id,
    containers: runtimeTraits[runtime].usesContainers ? nodeCount : 0,
    limits,
    cpusAsked: sumOf(limits.map(({ cpus }) => cpus)),
    cpusHost: together.cores,
    memoryBytesAsked: sumOf(limits.map(({ memoryBytes }) => memoryBytes)),
    memoryBytesExpected: Math.round(
      nodeCount * costs.nodeBytes + connections * costs.connectionBytes,
    ),
    memoryBytesHost: together.memoryBytes,
    durationMs: Math.round(estimateRepetitionMs(plan, cell, together) * plan.scenario.repetitions),
  };
}

function estimateRepetitionMs({ runtime }: Plan, cell: Cell, host: Host): number {
  const { shaper, phases } = cell.settings;
  const { warmupMs, measureMs, drainMsMax } = phases;
  const costs = measuredCosts[runtime];
  const startMs = Math.max(
    (cell.nodeCount / costs.startsPerSec) * 1000,
    (cell.nodeCount * costs.nodeStartCpuMs) / host.cores,
  );
  const meshMs = (cell.connections * costs.connectionCpuMs) / host.cores;
  const stopMs = (cell.nodeCount / costs.stopsPerSec) * 1000;
  const drainMs = Math.min(drainMsMax, costs.drainMs);
  const shapeMs = shaper === 'none' ? 0 : costs.shapeMs;
  return costs.overheadMs + startMs + shapeMs + meshMs + warmupMs + measureMs + drainMs + stopMs;
}

/** Nodes without a limit that outnumber the cores. */
function warnOfCrowds({ cells, runtime }: Plan, capacities: readonly CellCapacity[]): string[] {
  const cores = capacities[0]?.cpusHost ?? 0;
  const crowded = cells.filter(
    ({ nodeCount }, index) => capacities[index]?.cpusAsked === null && nodeCount > cores,
  );
  if (crowded.length === 0) return [];
  const { unit, limits } = runtimeTraits[runtime];
  const why = limits.cpus ? 'no CPU limit is set' : `${unit.many} have no CPU limit`;
  return [
    `${listCells(crowded.map(({ id }) => id))}: more nodes than the ${cores} cores of this host, and ${why}: nodes compete for processor time.`,
  ];
}

function warnOfMemory(plan: Plan, capacities: readonly CellCapacity[]): string[] {
  const warnings: string[] = [];
  for (const [index, cell] of capacities.entries()) {
    const { memoryBytesExpected, memoryBytesHost } = cell;
    const perNode = memoryBytesExpected / (plan.cells[index]?.nodeCount ?? 1);
    const limit = Math.min(...cell.limits.map(({ memoryBytes }) => memoryBytes ?? Infinity));
    if (perNode > limit) {
      warnings.push(
        `${cell.cellId}: a node needs about ${formatBytes(perNode)}, its limit is ${formatBytes(limit)}: the kernel will kill nodes.`,
      );
    }
    if (memoryBytesExpected > memoryBytesHost * memoryShareMax) {
      warnings.push(
        `${cell.cellId}: needs about ${formatBytes(memoryBytesExpected)} of the host's ${formatBytes(memoryBytesHost)} of memory.${adviseLinks(plan, plan.cells[index])}`,
      );
    }
  }
  return warnings;
}

/** Where the links of a full mesh take a good part of it: a quarter of what nodes take, or more. */
function adviseLinks({ runtime }: Plan, cell: Cell | undefined): string {
  if (cell === undefined || cell.graph !== undefined) return '';
  const costs = measuredCosts[runtime];
  const linkBytes = cell.connections * costs.connectionBytes;
  if (4 * linkBytes < cell.nodeCount * costs.nodeBytes) return '';
  return ` ${formatBytes(linkBytes)} of it are links of everybody to everybody: topology: mesh keeps fewer.`;
}

function warnOfKernelLimits(plan: Plan, options: CapacityOptions): string[] {
  if (!runtimeTraits[plan.runtime].usesBridges) return [];
  const max = options.neighbourEntriesMax ?? kernelLimits.neighbourEntriesDefault;
  return plan.cells.flatMap(({ id, nodeCount, connections, graph }) => {
    const entries = 2 * connections;
    if (entries <= max) return [];
    const mesh = graph === undefined ? 'a full mesh' : 'a graph';
    const sparser = graph === undefined ? ' Or keep fewer links: topology: mesh.' : '';
    return [
      `${id}: ${mesh} of ${nodeCount} nodes needs ${formatNumber(entries)} neighbour entries, the kernel keeps ${formatNumber(max)}; packets may be lost. Raise it: sysctl -w net.ipv4.neigh.default.gc_thresh3=${powerOfTwoAbove(entries * 2)}.${sparser}`,
    ];
  });
}

function powerOfTwoAbove(value: number): number {
  return 2 ** Math.ceil(Math.log2(value));
}
