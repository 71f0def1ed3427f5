/** A plan and what it takes, as a person reads it. Pure. */

import { formatBytes, formatDuration, formatNumber } from '../lib/units.ts';
import { wrapText } from '../lib/wrap-text.ts';
import type { Capacity, CellCapacity, Plan } from '../model/plan.ts';
import type { HostFacts } from '../model/record.ts';
import { runtimeTraits } from '../model/runtime-traits.ts';
import type { ResourceSpec } from '../model/scenario.ts';
import { describeMatrix } from '../plan/describe-matrix.ts';
import { describeGraph, describeTopology } from '../plan/describe-topology.ts';
import { formatNetwork, summariseNetwork } from './format-network.ts';
import { formatTimeline } from './format-timeline.ts';
import { formatTable } from './table.ts';

/** At most this many repetitions of the order are listed. */
const orderMax = 60;

export function formatPlan(
  plan: Plan,
  capacity: Capacity,
  host: HostFacts,
  columns: number,
): string {
  const { scenario } = plan;
  const { load, phases } = scenario;
  const matrix = describeMatrix(scenario.network);
  const facts: [string, string][] = [
    ['plan', `${scenario.name}, on ${plan.runtime}, hash ${plan.hash.slice(0, 12)}`],
    [
      'load',
      `${formatNumber(load.rateTxPerSec, 3)} tx/s, ${load.arrivals} arrivals, ${formatBytes(load.sizeBytes)} each`,
    ],
    ['network', summariseNetwork(plan)],
    ...(matrix === null ? [] : [['matrix', matrix] satisfies [string, string]]),
    ...topologyFacts(plan),
    ['per node', describeLimits(plan, capacity)],
    [
      'phases',
      `warm-up ${formatDuration(phases.warmupMs)}, measure ${formatDuration(phases.measureMs)}, drain at most ${formatDuration(phases.drainMsMax)}`,
    ],
    ['host', `${host.cores} cores, ${formatBytes(host.memoryBytes)}, ${host.osName}`],
    ['seed', String(scenario.seed)],
    ['order', describeOrder(plan)],
    ['duration', `about ${formatDuration(capacity.durationMs)}`],
  ];
  const warnings = capacity.warnings.map((text) => wrapText(`warning: ${text}`, columns, '  '));
  return [
    ...facts.map(([label, text]) =>
      wrapText(`${label.padEnd(10)}${text}`, columns, ' '.repeat(10)),
    ),
    '',
    formatTable(
      cellColumns(plan),
      capacity.cells.map((cell) => cellRow(plan, cell)),
    ),
    ...formatNetwork(plan, columns),
    ...formatTimeline(plan, columns),
    ...(warnings.length === 0 ? [] : ['', ...warnings]),
  ].join('\n');
}

/** The topology once, and what it comes to at each size. */
function topologyFacts({ scenario, cells }: Plan): [string, string][] {
  const topology = describeTopology(scenario.topology);
  if (topology === null) return [];
  return [
    ['topology', topology],
    ...cells.map((cell): [string, string] => [`  ${cell.id}`, describeGraph(cell)]),
  ];
}

/** Of a node in no group, then of each group that has other limits. */
function describeLimits(plan: Plan, capacity: Capacity): string {
  const regions = plan.cells.at(-1)?.network.regions ?? [];
  const limits = capacity.cells.at(-1)?.limits ?? [];
  const texts = regions.map(({ name, nodes, resources }) => {
    const applied = limits[nodes[0] ?? -1]?.cpus ?? null;
    return { name, text: describeResources(plan, resources, applied) };
  });
  const different = new Set(texts.map(({ text }) => text));
  if (different.size <= 1) return texts[0]?.text ?? 'no limits';
  return [...different]
    .map((text) => {
      const names = texts.filter((one) => one.text === text).map(({ name }) => name);
      return `${text} (${names.join(', ')})`;
    })
    .join('; ');
}

function describeResources(
  { runtime, scenario }: Plan,
  { cpus, memoryBytes }: ResourceSpec,
  applied: number | null,
): string {
  const { limits } = runtimeTraits[runtime];
  if (!limits.cpus && !limits.memory) return 'no CPU limit, no memory limit';
  const most = Math.max(...scenario.nodes);
  return [
    cpus === null
      ? 'no CPU limit'
      : cpus === 'fair'
        ? `${applied} cores (fair: the host's over ${most} nodes)`
        : `${cpus} ${cpus === 1 ? 'core' : 'cores'}`,
    memoryBytes === null ? 'no memory limit' : formatBytes(memoryBytes),
  ].join(', ');
}

function cellColumns({ runtime }: Plan) {
  const right = 'right' as const;
  return [
    { heading: 'cell' },
    { heading: 'f', align: right },
    { heading: 'quorum', align: right },
    { heading: 'links', align: right },
    { heading: runtimeTraits[runtime].unit.many, align: right },
    { heading: 'cores', align: right },
    { heading: 'memory limit', align: right },
    { heading: 'expected', align: right },
    { heading: 'time', align: right },
  ];
}

function cellRow(plan: Plan, capacity: CellCapacity): string[] {
  const cell = plan.cells.find(({ id }) => id === capacity.cellId);
  if (cell === undefined) throw new Error(`Broken invariant: no cell ${capacity.cellId}`);
  return [
    cell.id,
    String(cell.faultyMax),
    String(cell.quorum),
    formatNumber(cell.connections),
    String(cell.nodeCount),
    capacity.cpusAsked === null
      ? `-/${capacity.cpusHost}`
      : `${formatNumber(capacity.cpusAsked, 1)}/${capacity.cpusHost}`,
    capacity.memoryBytesAsked === null ? 'none' : formatBytes(capacity.memoryBytesAsked),
    formatBytes(capacity.memoryBytesExpected),
    formatDuration(capacity.durationMs),
  ];
}

/** Blocks between bars: `n7 n4 | n4 n7`. */
function describeOrder({ order }: Plan): string {
  const blocks = new Map<number, string[]>();
  for (const { block, cellId } of order.slice(0, orderMax)) {
    blocks.set(block, [...(blocks.get(block) ?? []), cellId]);
  }
  const text = [...blocks.values()].map((cells) => cells.join(' ')).join(' | ');
  return order.length > orderMax ? `${text} ... (${order.length} repetitions)` : text;
}
