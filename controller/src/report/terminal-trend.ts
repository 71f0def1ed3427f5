/** Histories as a person reads them. Pure. */
import { autocorrelationMax, driftMin } from '../analyse/trend/classify-trend.ts';
import type { TracedMetric } from '../analyse/trend/trace-history.ts';
import type { SessionRow } from '../analyse/trend/trace-sessions.ts';
import { wordCell } from '../model/word-cell.ts';
import { formatThreeDigits } from './format-value.ts';
import { layoutTables } from './text-table.ts';
import { wrapSentence } from './wrap-sentence.ts';

export function renderTrends(traced: readonly TracedMetric[], columns: number): string {
  if (traced.length === 0) return 'There is no comparable session to make a trend of.';
  const table = layoutTables(
    [
      { heading: 'cell', cells: traced.map(wordCell), align: 'left' },
      { heading: 'figure', cells: traced.map(({ name }) => name), align: 'left' },
      {
        heading: 'sessions',
        cells: traced.map(({ trend }) => `${trend.sessions}`),
        align: 'right',
      },
      { heading: 'trend', cells: traced.map(describeKind), align: 'left' },
      { heading: 'drift', cells: traced.map(({ trend }) => percent(trend.drift)), align: 'right' },
      {
        heading: 'quality',
        cells: traced.map(({ quality }) => quality.score.toFixed(0)),
        align: 'right',
      },
      { heading: 'history', cells: traced.map(({ points }) => sparkline(points)), align: 'left' },
    ],
    columns,
    2,
  );
  const notes = traced.flatMap((one) =>
    noteOf(one).map((text) => wrapSentence(text, columns, '  ')),
  );
  const parts = [
    ...table.map((lines) => lines.join('\n')),
    ...(notes.length > 0 ? [notes.join('\n')] : []),
  ];
  return parts.join('\n\n');
}

function describeKind({ trend }: TracedMetric): string {
  return trend.confidence === 'told' ? trend.kind : 'too few sessions';
}

function noteOf(one: TracedMetric): string[] {
  const { trend, points, refused } = one;
  const lead = `${wordCell(one)}, ${one.name}:`;
  const notes: string[] = [];
  for (const { index, change, p } of trend.changePoints) {
    const since = trend.lastSegment === null ? '' : `, ${trend.lastSegment} since`;
    notes.push(
      `${lead} the level changed by ${percent(change)} with run ${points[index]?.run ?? '?'} (p ${p.toExponential(1)})${since}: a hint for an interleaved comparison.`,
    );
  }
  if (trend.confidence === 'told' && Math.abs(trend.autocorrelation) > autocorrelationMax) {
    notes.push(`${lead} a session depends on the one before, so p is too small.`);
  }
  const { driftInterval } = trend;
  const open = driftInterval === null ? null : Math.max(-driftInterval.low, driftInterval.high);
  if (trend.kind === 'stable' && open !== null && open > driftMin) {
    notes.push(`${lead} too few sessions to exclude a drift of ${percent(open)}.`);
  }
  if (refused.length > 0) {
    const keys = [...new Set(refused.flatMap((session) => session.keys))];
    notes.push(
      `${lead} ${refused.length} earlier sessions left out, they differ in ${keys.join(', ')}.`,
    );
  }
  return notes;
}

function percent(ratio: number): string {
  return `${ratio > 0 ? '+' : ''}${(100 * ratio).toFixed(1)} %`;
}

const bars = '▁▂▃▄▅▆▇█';

/** The latest twenty, between least and most. */
export function sparkline(points: readonly { readonly value: number }[]): string {
  const values = points.slice(-20).map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return values
    .map((value) => bars[high === low ? 3 : Math.round(((value - low) / (high - low)) * 7)] ?? '')
    .join('');
}

/** One row per session of one cell, newest first. */
export function renderHistory(
  rows: readonly SessionRow[],
  names: readonly string[],
  columns: number,
): string {
  return layoutTables(
    [
      { heading: 'run', cells: rows.map(({ run }) => run), align: 'left' },
      {
        heading: 'started, UTC',
        cells: rows.map(({ startedAt }) => startedAt.toISOString().slice(0, 16).replace('T', ' ')),
        align: 'left',
      },
      ...names.map((name) => ({
        heading: name,
        cells: rows.map(({ values }) => {
          const value = values[name] ?? null;
          return value === null ? '-' : formatThreeDigits(value);
        }),
        align: 'right' as const,
      })),
      { heading: 'software', cells: rows.map(({ software }) => software), align: 'left' },
      {
        heading: 'comparable',
        cells: rows.map(({ differs }) =>
          differs.length === 0 ? 'yes' : `no: ${differs.join(', ')}`,
        ),
        align: 'left',
      },
    ],
    columns,
  )
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}
