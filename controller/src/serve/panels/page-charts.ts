import type { History } from '../api/live.ts';
import { dashboards, panelsOf } from './dashboards.ts';
import type { Panel, Unit } from './panel.ts';

/**
 * Charts of the controller's own page, which draws what the server sends it once a second and asks
 * no Prometheus. Each takes its words from a panel; `field` names what the server sends.
 */
export interface PageChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly unit: Unit;
  readonly lines: readonly { readonly field: Exclude<keyof History, 't'>; readonly name: string }[];
}

/** Lines are called as the panel calls them. */
interface Choice {
  readonly panelId: string;
  readonly lines: PageChart['lines'];
  /** Where the server sends another one than Prometheus has. */
  readonly unit?: Unit;
}

const choices: readonly Choice[] = [
  {
    panelId: 'run-throughput',
    lines: [
      { field: 'txPerSec', name: 'committed' },
      { field: 'offeredTxPerSec', name: 'offered' },
    ],
  },
  {
    panelId: 'run-latency',
    lines: [
      { field: 'latencyP50Ms', name: 'p50' },
      { field: 'latencyP99Ms', name: 'p99' },
    ],
    unit: 'ms',
  },
  { panelId: 'run-height', lines: [{ field: 'height', name: 'height' }] },
  { panelId: 'run-blocks', lines: [{ field: 'timeouts', name: 'rounds given up' }] },
];

const panels = new Map(dashboards.flatMap(panelsOf).map((panel) => [panel.id, panel]));

export const pageCharts: readonly PageChart[] = choices.map(({ panelId, lines, unit }) => {
  const panel = panels.get(panelId);
  if (panel === undefined) throw new Error(`There is no panel ${panelId}`);
  return {
    id: panelId,
    title: titleOf(panel, lines),
    description: panel.brief ?? panel.description,
    unit: unit ?? panel.unit,
    lines,
  };
});

/** One line of several has its own name. */
function titleOf({ title, queries }: Panel, lines: PageChart['lines']): string {
  const [only] = lines;
  if (only === undefined || lines.length > 1 || queries.length === 1) return title;
  return `${only.name.charAt(0).toUpperCase()}${only.name.slice(1)}`;
}
