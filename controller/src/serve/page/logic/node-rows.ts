/** The table of nodes: columns of the stream to rows of text, in the order that was asked for. Pure. */

import { formatBytes, formatNumber } from '../../../lib/units.ts';
import { formatPercent, formatThreeDigits } from '../../../report/format-value.ts';
import type { NodeColumns, NodeState, Topology } from '../../api/live.ts';
import type { RowWindow } from './window-rows.ts';

export type NodeColumnId =
  | 'node'
  | 'region'
  | 'state'
  | 'height'
  | 'lag'
  | 'leads'
  | 'committed'
  | 'cpu'
  | 'throttled'
  | 'memory'
  | 'mempool'
  | 'links'
  | 'roundTrip'
  | 'scrape';

export interface NodeColumn {
  readonly id: NodeColumnId;
  readonly title: string;
  /** What it means, for those who ask. */
  readonly description: string;
  readonly isText?: boolean;
}

export const nodeColumnList: readonly NodeColumn[] = [
  { id: 'node', title: 'Node', description: 'Index of the node' },
  { id: 'region', title: 'Region', description: 'Where the node lives', isText: true },
  {
    id: 'state',
    title: 'State',
    description:
      'up: answers · silent: did not answer the last scrape · down: taken down by the plan, or dead · waiting: runs, no figures yet',
    isText: true,
  },
  { id: 'height', title: 'Height', description: 'Highest committed block' },
  { id: 'lag', title: 'Lag', description: 'Blocks behind the node that is furthest' },
  { id: 'leads', title: 'Leads', description: 'Blocks that it proposed per second' },
  { id: 'committed', title: 'tx/s', description: 'Transactions committed per second' },
  { id: 'cpu', title: 'CPU', description: 'Cores in use' },
  {
    id: 'throttled',
    title: 'Throttled',
    description: 'Share of scheduling periods in which its limit held it back',
  },
  {
    id: 'roundTrip',
    title: 'Round trip',
    description: 'Planned, median to the other nodes; empty where nothing is shaped',
  },
  { id: 'memory', title: 'Memory', description: 'Working set' },
  { id: 'mempool', title: 'Waiting', description: 'Transactions that wait at the node' },
  { id: 'links', title: 'Links', description: 'Links to other nodes that are up' },
  { id: 'scrape', title: 'Scrape', description: 'How long its last metrics took to come' },
];

export interface NodeOrder {
  readonly by: NodeColumnId;
  readonly isDescending: boolean;
}

export interface NodeRow {
  readonly node: number;
  readonly state: NodeState;
  /** In the order of nodeColumnList; empty where nothing is known. */
  readonly cells: readonly string[];
}

/** From the worst: who sorts by state looks for trouble. */
const stateRanks: readonly NodeState[] = ['down', 'silent', 'waiting', 'planned', 'up'];
const ms = (value: number): string => `${formatThreeDigits(value)} ms`;
const perSec = (value: number): string => formatThreeDigits(value);

const formats: Readonly<Record<NodeColumnId, (value: number) => string>> = {
  node: String,
  region: String,
  state: String,
  height: (value) => formatNumber(value),
  lag: (value) => formatNumber(value),
  leads: perSec,
  committed: perSec,
  cpu: (value) => value.toFixed(2),
  throttled: formatPercent,
  memory: formatBytes,
  mempool: (value) => formatNumber(value),
  links: (value) => formatNumber(value),
  roundTrip: ms,
  scrape: ms,
};

type Values = Readonly<Record<NodeColumnId, readonly (number | null)[]>>;

/** @param shown of the order, the rows that are wanted: making text of all costs more than drawing it */
export function listNodeRows(
  nodes: NodeColumns,
  topology: Topology | null,
  order: NodeOrder,
  shown: RowWindow = { first: 0, end: nodes.state.length },
): NodeRow[] {
  const values = valuesOf(nodes, topology);
  const keys = values[order.by];
  const sign = order.isDescending ? -1 : 1;
  const indexes = nodes.state.map((_, index) => index);
  indexes.sort((a, b) => compareKeys(keys[a] ?? null, keys[b] ?? null, sign) || a - b);
  return indexes.slice(shown.first, shown.end).map((node) => ({
    node,
    state: nodes.state[node] ?? 'waiting',
    cells: nodeColumnList.map(({ id }) => {
      if (id === 'state') return nodes.state[node] ?? '';
      if (id === 'region') return regionOf(topology, node);
      const value = values[id][node] ?? null;
      return value === null ? '' : formats[id](value);
    }),
  }));
}

/** What is not known comes last, whichever way is sorted. */
function compareKeys(a: number | null, b: number | null, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return sign * (a - b);
}

function valuesOf(nodes: NodeColumns, topology: Topology | null): Values {
  const highest = highestOf(nodes);
  return {
    node: nodes.state.map((_, index) => index),
    region: topology?.regionOf ?? [],
    state: nodes.state.map((state) => stateRanks.indexOf(state)),
    height: nodes.height,
    lag: nodes.height.map((height) => (height === null ? null : highest - height)),
    leads: nodes.proposedPerSec,
    committed: nodes.committedPerSec,
    cpu: nodes.cpuCores,
    throttled: nodes.throttledRatio,
    memory: nodes.memoryBytes,
    mempool: nodes.mempool,
    links: nodes.linksUp,
    roundTrip: topology?.roundTripMs ?? [],
    scrape: nodes.scrapeMs,
  };
}

export function highestOf({ height }: NodeColumns): number {
  return height.reduce<number>((best, value) => Math.max(best, value ?? 0), 0);
}

function regionOf(topology: Topology | null, node: number): string {
  return topology?.regions[topology.regionOf[node] ?? -1] ?? '';
}

/** `198 up, 2 down` */
export function tellStates({ state }: NodeColumns): string {
  return [...stateRanks]
    .reverse()
    .flatMap((word) => {
      const count = state.filter((own) => own === word).length;
      return count === 0 ? [] : [`${count} ${word}`];
    })
    .join(', ');
}
