/**
 * The charts of the live view, and what each says in words to who does not see it. The shape is
 * that of the panels (`PageChart`), so charts can come from there. Pure.
 */

import { formatNumber } from '../../../lib/units.ts';
import { formatRate, formatThreeDigits } from '../../../report/format-value.ts';
import type { History } from '../../api/live.ts';

export interface LiveChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly unit: 'tx/s' | 'ms' | 'count' | '1/s';
  readonly lines: readonly { readonly field: Exclude<keyof History, 't'>; readonly name: string }[];
}

export const liveCharts: readonly LiveChart[] = [
  {
    id: 'run-throughput',
    title: 'Throughput',
    description: 'Transactions per second: offered, and committed at their entry nodes.',
    unit: 'tx/s',
    lines: [
      { field: 'txPerSec', name: 'committed' },
      { field: 'offeredTxPerSec', name: 'offered' },
    ],
  },
  {
    id: 'run-latency',
    title: 'Commit latency',
    description:
      'From the scheduled send to the commit; estimated from buckets, reports have exact ones.',
    unit: 'ms',
    lines: [
      { field: 'latencyP50Ms', name: 'p50' },
      { field: 'latencyP99Ms', name: 'p99' },
    ],
  },
  {
    id: 'run-height',
    title: 'Committed height',
    description: 'Highest block that any node has committed.',
    unit: 'count',
    lines: [{ field: 'height', name: 'height' }],
  },
  {
    id: 'run-blocks',
    title: 'Rounds given up',
    description:
      'Rounds per second that timed out, of the node with the most; 0 while leaders do their work.',
    unit: '1/s',
    lines: [{ field: 'timeouts', name: 'timeouts' }],
  },
];

export function formatIn(unit: LiveChart['unit'], value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  switch (unit) {
    case 'tx/s':
      return `${formatRate(value)} tx/s`;
    case 'ms':
      return `${formatThreeDigits(value)} ms`;
    case '1/s':
      return `${formatThreeDigits(value)} a second`;
    case 'count':
      return formatNumber(value);
  }
}

/** What one reads off the chart: `committed: 498 tx/s now, 0 to 512 tx/s`. */
export function tellChart({ title, unit, lines }: LiveChart, history: History): string {
  const told = lines.map(({ field, name }) => {
    const values = history[field].filter((value) => value !== null);
    if (values.length === 0) return `${name}: no values yet`;
    const least = values.reduce((a, b) => Math.min(a, b));
    const most = values.reduce((a, b) => Math.max(a, b));
    const range = `from ${formatIn(unit, least)} to ${formatIn(unit, most)}`;
    return `${name}: ${formatIn(unit, values.at(-1))} now, ${range}`;
  });
  const { t } = history;
  const seconds = Math.round(((t.at(-1) ?? 0) - (t[0] ?? 0)) / 1000);
  return `${title} over ${seconds} s. ${told.join('; ')}.`;
}
