/** A plan and what it takes, as a person reads it. Pure. */

import { formatBytes, formatDuration, formatNumber } from '../lib/units.ts';
import { wrapText } from '../lib/wrap-text.ts';
import type {
  Capacity,
  Cell,
  CellCapacity,
  CellSettings,
  NodeResources,
  Plan,
} from '../model/plan.ts';
import type { HostFacts } from '../model/record.ts';
import type { ResourceSpec } from '../model/resources.ts';
import { runtimeTraits } from '../model/runtime-traits.ts';
import { describeByzantine } from '../plan/describe-behaviours.ts';
import { describeMatrix, describeReading } from '../plan/describe-matrix.ts';
import { isNetworkField } from '../plan/describe-network.ts';
import { describePlacements, listPlaces } from '../plan/describe-placement.ts';
import { describeGraph, describeTopology } from '../plan/describe-topology.ts';
import { listFloors } from '../plan/latency-floor/list-floors.ts';
import { formatNetwork, summariseNetwork } from './format-network.ts';
import { formatTimeline } from './format-timeline.ts';
import { formatTable } from './table.ts';

/** At most this many repetitions of the order are listed. */
const orderMax = 60;
/** Of long names fewer: five lines at most. */
const orderLengthMax = 340;
/** Of the values that a fact takes in different cells. */
const distinctMax = 3;
const graphsMax = 20;
const floorsMax = 8;

export function formatPlan(
  plan: Plan,
  capacity: Capacity,
  hosts: readonly HostFacts[],
  columns: number,
): string {
  const { scenario, cells, axes } = plan;
  const ofCells = (describe: (settings: CellSettings) => string): string =>
    listDistinct(cells.map(({ settings }) => describe(settings)));
  const matrix = axes.some(({ field }) => isNetworkField(field))
    ? ofCells(({ network }) => describeReading(network) ?? '')
    : (describeMatrix(scenario.network) ?? '');
  const facts: [string, string][] = [
    ['plan', `${scenario.name}, on ${plan.runtime}, hash ${plan.hash.slice(0, 12)}`],
    ...variedFacts(plan),
    ['load', ofCells(describeLoad)],
    ['network', summariseNetwork(plan)],
    ...(matrix === '' ? [] : [['matrix', matrix] satisfies [string, string]]),
    ...placementFacts(plan),
    ...topologyFacts(plan),
    ...signatureFacts(plan),
    ...byzantineFacts(plan),
    ['per node', describeLimits(plan, capacity)],
    ['phases', ofCells(describePhases)],
    ...hosts.map((host): [string, string] => ['host', describeHost(host)]),
    ...floorFacts(plan),
    ['seed', String(scenario.seed)],
    ['order', describeOrder(plan)],
    ['duration', `about ${formatDuration(capacity.durationMs)}`],
  ];
  const warnings = capacity.warnings.map((text) => wrapText(`warning: ${text}`, columns, '  '));
  return [
    ...facts.map(([label, text]) =>
      wrapText(`${`${label} `.padEnd(10)}${text}`, columns, ' '.repeat(10)),
    ),
    '',
    formatCells(plan, capacity, columns),
    ...formatNetwork(plan, columns),
    ...formatTimeline(plan, columns),
    ...(warnings.length === 0 ? [] : ['', ...warnings]),
  ].join('\n');
}

function describeHost({ cores, memoryBytes, osName }: HostFacts): string {
  return `${cores} cores, ${formatBytes(memoryBytes)}, ${osName}`;
}

/** How nodes were dealt over the regions, and what that comes to at the largest size. */
function placementFacts(plan: Plan): [string, string][] {
  const placement = describePlacements(plan);
  const largest = plan.cells.at(-1);
  if (placement === null || largest === undefined) return [];
  return [['placement', `${placement}: ${listPlaces(largest)}`]];
}

/** The least commit latency of each cell that has one. */
function floorFacts(plan: Plan): [string, string][] {
  const floors = listFloors(plan);
  if (floors.length === 0) return [];
  const texts = floors
    .slice(0, floorsMax)
    .map(({ cellId, medianMs }) => `${cellId} ${formatNumber(medianMs, medianMs < 10 ? 1 : 0)} ms`);
  const rest = floors.length - texts.length;
  const more = rest > 0 ? `, ${rest} more` : '';
  return [['floor', `commit latency is at least ${texts.join(', ')}${more}`]];
}

/** What is varied besides the size, and how many cells that makes. */
function variedFacts({ axes, cells }: Plan): [string, string][] {
  if (axes.length < 2) return [];
  const texts = axes.map(
    ({ field, values }) => `${field} ${values.map(({ text }) => text).join(' | ')}`,
  );
  return [['cells', `${cells.length}: ${texts.join(' x ')}`]];
}

function describeLoad({ load }: CellSettings): string {
  return `${formatNumber(load.rateTxPerSec, 3)} tx/s, ${load.arrivals} arrivals, ${formatBytes(load.sizeBytes)} each`;
}

function describePhases({ phases }: CellSettings): string {
  return `warm-up ${formatDuration(phases.warmupMs)}, measure ${formatDuration(phases.measureMs)}, drain at most ${formatDuration(phases.drainMsMax)}`;
}

/** `a | b`: each once, the first few. */
function listDistinct(texts: readonly string[]): string {
  const distinct = [...new Set(texts)].filter((text) => text !== '');
  const rest = distinct.length - distinctMax;
  return `${distinct.slice(0, distinctMax).join(' | ')}${rest > 0 ? ` | ${rest} more` : ''}`;
}

/** The topologies, and what each comes to at each size. */
function topologyFacts({ cells }: Plan): [string, string][] {
  const sparse = cells.filter(({ graph }) => graph !== undefined);
  if (sparse.length === 0) return [];
  const names = cells.map(({ settings }) => describeTopology(settings.topology) ?? 'full');
  const shown = new Map(sparse.map((cell) => [describeGraph(cell), cell.id]));
  return [
    ['topology', listDistinct(names)],
    ...[...shown].slice(0, graphsMax).map(([text, id]): [string, string] => [`  ${id}`, text]),
  ];
}

/** What consensus is signed with, where somebody asked for anything but the default. */
function signatureFacts({ cells }: Plan): [string, string][] {
  const schemes = listDistinct(cells.map(({ settings }) => settings.signature));
  return schemes === 'ed25519' ? [] : [['signed', schemes]];
}

/** Who breaks the rules from the start, of each cell that has such members. */
function byzantineFacts({ cells }: Plan): [string, string][] {
  const told = cells.flatMap((cell): [string, string][] => {
    const text = describeByzantine(cell);
    return text === null ? [] : [[`  ${cell.id}`, text]];
  });
  if (told.length === 0) return [];
  const rest = told.length - graphsMax;
  const more: [string, string][] = rest > 0 ? [['', `${rest} more cells`]] : [];
  return [['byzantine', 'from the first message on'], ...told.slice(0, graphsMax), ...more];
}

/** Of a node in no group, then of each group that has other limits. */
function describeLimits(plan: Plan, capacity: Capacity): string {
  // Of each combination the largest size: smaller ones may leave a region without a node.
  const largest = new Map(
    plan.cells.map((cell, index) => [
      cell.coordinates
        .slice(1)
        .map(({ text }) => text)
        .join('\n'),
      describeCellLimits(plan, cell, capacity.cells[index]?.limits ?? []),
    ]),
  );
  return listDistinct([...largest.values()]);
}

function describeCellLimits(plan: Plan, cell: Cell, limits: readonly NodeResources[]): string {
  const { network, nodes } = cell;
  const texts = network.regions.flatMap((region) => {
    const [first = -1] = region.nodes;
    const node = nodes[first];
    const applied = limits[first]?.cpus ?? null;
    if (node === undefined) return [];
    return [{ name: region.name, text: describeResources(plan, node.resources, applied) }];
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
  { runtime, cells }: Plan,
  { cpus, memoryBytes }: ResourceSpec,
  applied: number | null,
): string {
  const { limits } = runtimeTraits[runtime];
  if (!limits.cpus && !limits.memory) return 'no CPU limit, no memory limit';
  const most = Math.max(...cells.map(({ nodeCount }) => nodeCount));
  return [
    cpus === null
      ? 'no CPU limit'
      : cpus === 'fair'
        ? `${applied} cores (fair: the host's over ${most} nodes)`
        : `${cpus} ${cpus === 1 ? 'core' : 'cores'}`,
    memoryBytes === null ? 'no memory limit' : formatBytes(memoryBytes),
  ].join(', ');
}

function formatCells(plan: Plan, capacity: Capacity, width: number): string {
  const cells = new Map(plan.cells.map((cell) => [cell.id, cell]));
  const rows = (columns: readonly CellColumn[]): string[][] =>
    capacity.cells.map((held) => {
      const cell = cells.get(held.cellId);
      if (cell === undefined) throw new Error(`Broken invariant: no cell ${held.cellId}`);
      return columns.map(({ textOf }) => textOf(cell, held));
    });
  const all = cellColumns(plan);
  const tables = [[], ...leftOut].map((_, count) => {
    const gone = new Set<string>(leftOut.slice(0, count));
    const columns = all.filter(({ key = '' }) => !gone.has(key));
    return formatTable(columns, rows(columns));
  });
  return tables.find((table) => widthOf(table) <= width) ?? tables.at(-1) ?? '';
}

/** Where there is no room: what is told elsewhere, or follows from the name of the cell. */
const leftOut = ['links', 'nodes', 'cores'] as const;

function widthOf(table: string): number {
  return Math.max(...table.split('\n').map((line) => line.length));
}

interface CellColumn {
  readonly key?: (typeof leftOut)[number];
  readonly heading: string;
  readonly align?: 'right';
  readonly textOf: (cell: Cell, held: CellCapacity) => string;
}

/** Longer names of cells leave no room for what follows from the size alone. */
function cellColumns({ runtime, axes }: Plan): readonly CellColumn[] {
  const align = 'right' as const;
  const ofSize: readonly CellColumn[] = [
    { heading: 'f', align, textOf: ({ faultyMax }) => String(faultyMax) },
    { heading: 'quorum', align, textOf: ({ quorum }) => String(quorum) },
  ];
  return [
    { heading: 'cell', textOf: ({ id }) => id },
    ...(axes.length > 1 ? [] : ofSize),
    {
      key: 'links',
      heading: 'links',
      align,
      textOf: ({ connections }) => formatNumber(connections),
    },
    {
      key: 'nodes',
      heading: runtimeTraits[runtime].unit.many,
      align,
      textOf: ({ nodeCount }) => String(nodeCount),
    },
    {
      key: 'cores',
      heading: 'cores',
      align,
      textOf: (_cell, { cpusAsked, cpusHost }) =>
        `${cpusAsked === null ? '-' : formatNumber(cpusAsked, 1)}/${cpusHost}`,
    },
    {
      heading: 'memory limit',
      align,
      textOf: (_cell, { memoryBytesAsked }) =>
        memoryBytesAsked === null ? 'none' : formatBytes(memoryBytesAsked),
    },
    {
      heading: 'expected',
      align,
      textOf: (_cell, held) =>
        `${formatBytes(held.memoryBytesExpected)}${held.memoryBytesExpected > held.memoryBytesHost ? ' !' : ''}`,
    },
    { heading: 'time', align, textOf: (_cell, { durationMs }) => formatDuration(durationMs) },
  ];
}

/** Blocks between bars: `n7 n4 | n4 n7`. */
function describeOrder({ order }: Plan): string {
  const blocks = new Map<number, string[]>();
  let listed = 0;
  let length = 0;
  for (const { block, cellId } of order.slice(0, orderMax)) {
    length += cellId.length + 1;
    if (length > orderLengthMax) break;
    listed++;
    blocks.set(block, [...(blocks.get(block) ?? []), cellId]);
  }
  const text = [...blocks.values()].map((cells) => cells.join(' ')).join(' | ');
  return order.length > listed ? `${text} ... (${order.length} repetitions)` : text;
}
