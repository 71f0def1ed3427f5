/** Thresholds with what was measured. Pure. */
import type { ThresholdResult } from '../analyse/thresholds/check-thresholds.ts';
import { thresholdMetrics } from '../model/threshold.ts';
import { wordCell } from '../model/word-cell.ts';
import { formatPercent, formatThreeDigits, noValue } from './format-value.ts';
import { layoutTables } from './text-table.ts';

const words = { met: 'met', missed: 'MISSED', 'not-measured': 'NOT MEASURED' } as const;

export function renderThresholds(results: readonly ThresholdResult[], columns: number): string {
  return layoutTables(
    [
      {
        heading: 'threshold',
        cells: results.map(({ threshold }) => `${threshold.metric} ${threshold.text}`),
        align: 'left',
      },
      {
        heading: 'cell',
        cells: results.map(({ coordinates, threshold }) =>
          coordinates === null ? JSON.stringify(threshold.where) : wordCell({ coordinates }),
        ),
        align: 'left',
      },
      { heading: 'measured', cells: results.map(wordMeasured), align: 'right' },
      {
        heading: 'result',
        cells: results.map(
          ({ state, isClose, why }) =>
            `${words[state]}${isClose ? ', close: the interval includes the limit' : ''}${why === null ? '' : `: ${why}`}`,
        ),
        align: 'left',
      },
    ],
    columns,
    2,
  )
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function wordMeasured({ estimate, threshold }: ThresholdResult): string {
  if (estimate === null) return noValue;
  const unit = thresholdMetrics[threshold.metric];
  if (unit === 'ratio') return formatPercent(estimate.mean);
  return `${formatThreeDigits(estimate.mean)}${unit === 'count' ? '' : ` ${unit}`}`;
}
