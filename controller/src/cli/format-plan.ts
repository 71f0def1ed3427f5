/** A plan and what it takes, as a person reads it. Pure. */
import { formatBytes, formatDuration, formatNumber } from '../lib/units.ts';
import { wrapText } from '../lib/wrap-text.ts';
import type { Capacity, CellCapacity, Plan } from '../model/plan.ts';
import type { HostFacts } from '../model/record.ts';
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
  const { load, phases, resources } = scenario;
  const limits = [
    resources.cpus === null ? 'no CPU limit' : `${resources.cpus} cores`,
    resources.memoryBytes === null ? 'no memory limit' : formatBytes(resources.memoryBytes),
  ].join(', ');
  const facts: [string, string][] = [
    ['plan', `${scenario.name}, on ${plan.runtime}, hash ${plan.hash.slice(0, 12)}`],
    [
      'load',
      `${formatNumber(load.rateTxPerSec, 3)} tx/s, ${load.arrivals} arrivals, ${formatBytes(load.sizeBytes)} each`,
    ],
    ['per node', limits],
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
    ...(warnings.length === 0 ? [] : ['', ...warnings]),
  ].join('\n');
}

function cellColumns({ runtime }: Plan) {
  const right = 'right' as const;
  return [
    { heading: 'cell' },
    { heading: 'f', align: right },
    { heading: 'quorum', align: right },
    { heading: 'links', align: right },
    { heading: runtime === 'docker' ? 'containers' : 'processes', align: right },
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
