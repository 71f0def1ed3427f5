/** What a chart of the live view (panels/page-charts.ts) says in words to who does not see it. Pure. */

import { formatNumber } from '../../../lib/units.ts';
import { formatRate, formatThreeDigits } from '../../../report/format-value.ts';
import type { History } from '../../api/live.ts';
import type { PageChart } from '../../panels/page-charts.ts';
import type { Unit } from '../../panels/panel.ts';

/** Whatever has no words of its own here is a plain number. */
export function formatIn(unit: Unit, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  switch (unit) {
    case 'tx/s':
      return `${formatRate(value)} tx/s`;
    case 'ms':
      return `${formatThreeDigits(value)} ms`;
    case '1/s':
      return `${formatThreeDigits(value)} a second`;
    default:
      return formatNumber(value);
  }
}

/** What one reads off the chart: `committed: 498 tx/s now, 0 to 512 tx/s`. */
export function tellChart({ title, unit, lines }: PageChart, history: History): string {
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
