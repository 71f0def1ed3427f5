import { dashboards, panelsOf } from './dashboards.ts';
import type { Unit } from './panel.ts';

/**
 * Charts of the controller's own page, which draws what the server sends it once a second and asks
 * no Prometheus. Each takes its words from a panel; `field` names what the server sends (livePoint
 * and nodeColumns of serve/api/live.ts).
 */
export interface PageChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly unit: Unit;
  readonly lines: readonly { readonly field: string; readonly name: string }[];
}

type Choice = readonly [panelId: string, lines: Readonly<Record<string, string>>, unit?: Unit];

const overTime: readonly Choice[] = [
  ['run-throughput', { offeredTxPerSec: 'offered', txPerSec: 'committed' }],
  ['run-latency', { latencyP50Ms: 'p50', latencyP99Ms: 'p99' }, 'ms'],
  ['run-blocks', { timeouts: 'rounds given up' }],
  ['run-height', { height: 'height' }],
  ['run-nodes-up', { nodesAnswering: 'up', nodesTotal: 'listed' }],
];

const byNode: readonly Choice[] = [
  ['run-leaders', { proposedPerSec: 'blocks proposed' }],
  ['run-committed-per-node', { committedPerSec: 'committed' }],
  ['run-cpu', { cpuCores: 'cores' }],
  ['run-throttled-nodes', { throttledRatio: 'throttled' }],
  ['run-memory', { memoryBytes: 'memory' }],
  ['run-mempool', { mempool: 'waiting' }],
  ['run-links', { linksUp: 'up' }],
];

const panels = new Map(dashboards.flatMap(panelsOf).map((panel) => [panel.id, panel]));

function chartOf([panelId, lines, unit]: Choice): PageChart {
  const panel = panels.get(panelId);
  if (panel === undefined) throw new Error(`There is no panel ${panelId}`);
  return {
    id: panelId,
    title: panel.title,
    description: panel.description,
    unit: unit ?? panel.unit,
    lines: Object.entries(lines).map(([field, name]) => ({ field, name })),
  };
}

/** Against time. */
export const pageCharts: readonly PageChart[] = overTime.map(chartOf);
/** A value a node. */
export const pageColumns: readonly PageChart[] = byNode.map(chartOf);
