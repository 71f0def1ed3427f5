/**
 * The plan held against a host: what it will take and what will not fit. Pure arithmetic over
 * measured costs; asks the host nothing.
 */
import { TestbedError } from '../errors/testbed-error.ts';
import { formatBytes, formatNumber } from '../lib/units.ts';
import type { Capacity, Cell, CellCapacity, Plan } from '../model/plan.ts';
import type { HostFacts } from '../model/record.ts';
import { kernelLimits, measuredCosts } from './measured-costs.ts';
import { warnOfStatistics } from './statistical-warnings.ts';

export interface CapacityOptions {
  /** net.ipv4.neigh.default.gc_thresh3 of the host, if known; the kernel's default otherwise. */
  readonly neighbourEntriesMax?: number;
}

type Host = Pick<HostFacts, 'cores' | 'memoryBytes'>;

/** What of the operating system's memory is not for us to fill. */
const memoryShareMax = 0.9;

export function estimateCapacity(plan: Plan, host: Host, options: CapacityOptions = {}): Capacity {
  const cells = plan.cells.map((cell) => estimateCell(plan, cell, host));
  return {
    cells,
    durationMs: cells.reduce((sum, { durationMs }) => sum + durationMs, 0),
    warnings: [
      ...warnOfCpus(plan, host),
      ...warnOfMemory(plan, cells, host),
      ...warnOfKernelLimits(plan, options),
      ...warnOfStatistics(plan.scenario),
    ],
  };
}

/**
 * Refuses what cannot work whatever is tried: more nodes than a bridge has ports, more memory
 * than there is.
 * @throws TestbedError PLAN_TOO_LARGE with every reason
 */
export function assertFits(plan: Plan, capacity: Capacity): void {
  const reasons: string[] = [];
  for (const { nodeCount } of plan.cells) {
    if (plan.runtime === 'docker' && nodeCount > kernelLimits.bridgePortsMax) {
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
  throw new TestbedError('PLAN_TOO_LARGE', `The plan cannot run here: ${reasons.join('; ')}.`, {
    hint: 'Choose smaller sizes or limits (`--nodes`, `--cpus`), or a larger host. `testbed plan` shows the arithmetic.',
    details: { reasons },
  });
}

function estimateCell(plan: Plan, cell: Cell, host: Host): CellCapacity {
  const { scenario, runtime } = plan;
  const { cpus, memoryBytes } = scenario.resources;
  const { nodeCount, connections } = cell;
  const costs = measuredCosts[runtime];
  return {
    cellId: cell.id,
    containers: runtime === 'docker' ? nodeCount : 0,
    cpusAsked: cpus === null ? null : cpus * nodeCount,
    cpusHost: host.cores,
    memoryBytesAsked: memoryBytes === null ? null : memoryBytes * nodeCount,
    memoryBytesExpected: Math.round(
      nodeCount * costs.nodeBytes + connections * costs.connectionBytes,
    ),
    memoryBytesHost: host.memoryBytes,
    durationMs: Math.round(estimateRepetitionMs(plan, cell, host) * scenario.repetitions),
  };
}

function estimateRepetitionMs({ scenario, runtime }: Plan, cell: Cell, host: Host): number {
  const { warmupMs, measureMs, drainMsMax } = scenario.phases;
  const costs = measuredCosts[runtime];
  const startMs = Math.max(
    (cell.nodeCount / costs.startsPerSec) * 1000,
    (cell.nodeCount * costs.nodeStartCpuMs) / host.cores,
  );
  const meshMs = (cell.connections * costs.connectionCpuMs) / host.cores;
  const stopMs = (cell.nodeCount / costs.stopsPerSec) * 1000;
  const drainMs = Math.min(drainMsMax, costs.drainMs);
  return costs.overheadMs + startMs + meshMs + warmupMs + measureMs + drainMs + stopMs;
}

function warnOfCpus({ scenario, cells, runtime }: Plan, { cores }: Host): string[] {
  const { cpus } = scenario.resources;
  if (cpus === null) {
    const crowded = cells.filter(({ nodeCount }) => nodeCount > cores).map(({ id }) => id);
    if (crowded.length === 0) return [];
    const why = runtime === 'process' ? 'processes have no CPU limit' : 'no CPU limit is set';
    return [
      `${crowded.join(', ')}: more nodes than the ${cores} cores of this host, and ${why}: nodes compete for processor time.`,
    ];
  }
  const over = cells.filter(({ nodeCount }) => nodeCount * cpus > cores);
  if (over.length === 0) return [];
  const clamped =
    cpus > cores
      ? [`A node asks for ${cpus} cores; it will be limited to the host's ${cores}.`]
      : [];
  const worst = Math.max(...over.map(({ nodeCount }) => nodeCount)) * cpus;
  return [
    ...clamped,
    `${over.map(({ id }) => id).join(', ')}: nodes may ask for up to ${formatNumber(worst, 1)} cores, the host has ${cores}. Under heavy load this measures the host, not the protocol.`,
  ];
}

function warnOfMemory(plan: Plan, cells: readonly CellCapacity[], host: Host): string[] {
  const warnings: string[] = [];
  const limit = plan.scenario.resources.memoryBytes;
  for (const [index, cell] of cells.entries()) {
    const nodeCount = plan.cells[index]?.nodeCount ?? 1;
    const perNode = cell.memoryBytesExpected / nodeCount;
    if (limit !== null && perNode > limit) {
      warnings.push(
        `${cell.cellId}: a node needs about ${formatBytes(perNode)}, its limit is ${formatBytes(limit)}: the kernel will kill nodes.`,
      );
    }
    if (cell.memoryBytesExpected > host.memoryBytes * memoryShareMax) {
      warnings.push(
        `${cell.cellId}: needs about ${formatBytes(cell.memoryBytesExpected)} of the host's ${formatBytes(host.memoryBytes)} of memory.`,
      );
    } else if (cell.memoryBytesAsked !== null && cell.memoryBytesAsked > host.memoryBytes) {
      warnings.push(
        `${cell.cellId}: the memory limits add up to ${formatBytes(cell.memoryBytesAsked)}, the host has ${formatBytes(host.memoryBytes)}; expected use is ${formatBytes(cell.memoryBytesExpected)}.`,
      );
    }
  }
  return warnings;
}

function warnOfKernelLimits(plan: Plan, options: CapacityOptions): string[] {
  if (plan.runtime !== 'docker') return [];
  const max = options.neighbourEntriesMax ?? kernelLimits.neighbourEntriesDefault;
  return plan.cells.flatMap(({ id, nodeCount }) => {
    const entries = nodeCount * (nodeCount - 1);
    if (entries <= max) return [];
    return [
      `${id}: a full mesh of ${nodeCount} nodes needs ${formatNumber(entries)} neighbour entries, the kernel keeps ${formatNumber(max)}; packets may be lost. Raise it: sysctl -w net.ipv4.neigh.default.gc_thresh3=${powerOfTwoAbove(entries * 2)}`,
    ];
  });
}

function powerOfTwoAbove(value: number): number {
  return 2 ** Math.ceil(Math.log2(value));
}
