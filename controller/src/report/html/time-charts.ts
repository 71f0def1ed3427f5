/** Charts that are not against size: latency distribution, throughput over the window, host load. */
import type { CellFinding, RunFinding } from '../../model/finding.ts';
import type { HostSampleRecord } from '../../model/record.ts';
import { formatPercent, formatRate, formatThreeDigits, formatTick } from '../format-value.ts';
import { noteShares } from '../latency-share.ts';
import { type ChartPoint, type ChartSeries, drawChart } from './draw-chart.ts';
import type { ChartMark } from './draw-marks.ts';
import { describeShades, eventMarks, eventShades } from './events.ts';
import { element, type Markup } from './markup.ts';
import { linearFromZero, linearWithTicks, logarithmic } from './scale.ts';

export type HostSample = HostSampleRecord & { readonly repetitionId: string };

/** More points than this in one line are averaged in groups: the chart has fewer pixels. */
const hostPointsMax = 1500;

/** Percentile curve per size on axes that give the tail its room; null without latencies. */
export function drawDistribution({ cells }: RunFinding): Markup | null {
  const curves = cells.flatMap((cell, index) => {
    // The fastest transaction of all (ratio 0) would stretch the axis and says little.
    const points = (cell.latency.merged?.curve ?? []).filter(
      ({ ratio, ms }) => ratio > 0 && ms > 0,
    );
    return points.length < 2 ? [] : [{ cell, index, points }];
  });
  if (curves.length === 0) return null;
  const frame = { width: 940, height: 330, left: 52, right: 64, top: 16, bottom: 44 };
  const values = curves.flatMap(({ points }) => points.map(({ ms }) => ms));
  const tails = curves.map(({ points }) => 1 / (1 - (points.at(-1)?.ratio ?? 0)));
  const decades = Math.max(1, Math.ceil(Math.log10(Math.max(...tails)) - 1e-9));
  const x = linearWithTicks(0, decades, percentileTicks(decades), {
    from: frame.left,
    to: frame.width - frame.right,
    format: (exponent) => formatPercentile(1 - 10 ** -exponent),
  });
  const y = logarithmic(Math.min(...values), Math.max(...values), {
    from: frame.height - frame.bottom,
    to: frame.top,
    format: formatTick,
  });
  const series = curves.map(
    ({ cell, index, points }): ChartSeries => ({
      name: `n = ${cell.nodeCount}`,
      tone: sizeTone(index, cells.length),
      endLabel: `n = ${cell.nodeCount}`,
      isDashed: cell.basis !== 'counted',
      strokes: [
        points
          .filter(({ ms }) => ms > 0)
          .map(({ ratio, ms }) => ({ x: -Math.log10(1 - ratio), y: ms })),
      ],
    }),
  );
  const described = curves.map(({ cell }) => {
    const merged = cell.latency.merged;
    const median = merged === null ? '' : formatThreeDigits(merged.p50Ms);
    return `n = ${cell.nodeCount}: median ${median} ms`;
  });
  return element(
    'figure',
    { class: 'wide' },
    element(
      'figcaption',
      {},
      'Distribution of commit latency',
      element(
        'span',
        {},
        'ms, log scale, against the share of transactions that were at least as fast; all counted ' +
          'repetitions merged, up to the last point that ten transactions lie beyond' +
          noteShares(curves.map(({ cell }) => cell)) +
          (curves.some(({ cell }) => cell.basis !== 'counted')
            ? '; dashed: none counts, not valid'
            : ''),
      ),
    ),
    drawChart({
      id: 'chart-distribution',
      title: 'Distribution of commit latency per network size',
      description: `Percentile curves. ${described.join(', ')}.`,
      frame,
      x,
      y,
      xTitle: 'share of transactions',
      yTitle: '',
      series,
    }),
  );
}

/** Small multiples, one per size, all with the same axes; a line per repetition. */
export function drawSeries({ cells }: RunFinding): readonly Markup[] {
  const rates = cells.flatMap((cell) =>
    cell.repetitions.flatMap(({ series }) => series?.txPerSec ?? []),
  );
  if (rates.length === 0) return [];
  const seconds = cells.flatMap((cell) =>
    cell.repetitions.map(({ series }) =>
      series === null ? 0 : (series.txPerSec.length * series.periodMs) / 1000,
    ),
  );
  const frame = hasChanges(cells)
    ? { width: 520, height: 230, left: 44, right: 10, top: 36, bottom: 40 }
    : { width: 280, height: 180, left: 44, right: 10, top: 12, bottom: 40 };
  const y = linearFromZero(Math.max(...rates), {
    from: frame.height - frame.bottom,
    to: frame.top,
    format: formatRate,
    tickCount: 4,
  });
  const x = linearFromZero(Math.max(...seconds), {
    from: frame.left,
    to: frame.width - frame.right,
    format: formatTick,
    tickCount: 5,
  });
  return cells.map((cell, index) =>
    element(
      'figure',
      { class: 'thin' },
      element('figcaption', {}, `n = ${cell.nodeCount}`),
      drawChart({
        id: `chart-series-${cell.cellId}`,
        title: `Throughput over the measured window at n = ${cell.nodeCount}`,
        description: `${describeSeries(cell)}${describeShades(cell)}`,
        frame,
        x,
        y,
        xTitle: 'seconds into the window',
        yTitle: '',
        marks: cell.events === undefined ? changeMarks(cell) : eventMarks(cell),
        shades: eventShades(cell, Math.max(...seconds)),
        series: cell.repetitions.map(
          (repetition): ChartSeries => ({
            name: `repetition ${repetition.repetition + 1}`,
            tone: repetition.isCounted ? sizeTone(index, cells.length) : 's3',
            isDashed: !repetition.isCounted,
            strokes: [seriesPoints(repetition.series)],
          }),
        ),
      }),
    ),
  );
}

/** Charts with changes or events in them need room for their names. */
export function hasChanges(cells: readonly CellFinding[]): boolean {
  return cells.some(
    ({ network, events = [] }) =>
      events.length > 0 || (network !== null && network.changes.length > 0),
  );
}

/** Where a change took effect at the last node; where it was planned if it did at none. */
function changeMarks({ network }: CellFinding): readonly ChartMark[] {
  return (network?.changes ?? []).map(({ atMs, delayMs, kind, text, nodesFailed }) => ({
    x: (atMs + (delayMs?.median ?? 0)) / 1000,
    label: nodesFailed > 0 ? `${kind} (failed)` : kind,
    title: text,
  }));
}

/** CPU of the host over the whole run, the repetitions shaded; null without samples. */
export function drawHostLoad(
  { cells, run }: RunFinding,
  samples: readonly HostSample[],
): Markup | null {
  if (samples.length < 2) return null;
  const frame = { width: 940, height: 230, left: 52, right: 64, top: 22, bottom: 44 };
  const start = run.startedAt.getTime();
  const minutes = (at: Date): number => (at.getTime() - start) / 60_000;
  const sorted = [...samples].sort((a, b) => a.at.getTime() - b.at.getTime());
  const last = sorted.at(-1);
  const x = linearFromZero(last === undefined ? 1 : minutes(last.at), {
    from: frame.left,
    to: frame.width - frame.right,
    format: formatTick,
    tickCount: 10,
  });
  const y = linearWithTicks(0, 1, [0, 0.25, 0.5, 0.75, 1], {
    from: frame.height - frame.bottom,
    to: frame.top,
    format: formatPercent,
  });
  const groupSize = Math.ceil(sorted.length / hostPointsMax);
  const line = (pick: (sample: HostSample) => number): ChartPoint[][] =>
    splitAtGaps(sorted).map((stretch) =>
      averageGroups(
        stretch.map((sample) => ({ x: minutes(sample.at), y: pick(sample) })),
        groupSize,
      ),
    );
  const sizes = new Map(
    cells.flatMap((cell) =>
      cell.repetitions.map(({ id }): [string, number] => [id, cell.nodeCount]),
    ),
  );
  return element(
    'figure',
    { class: 'wide thin' },
    element(
      'figcaption',
      {},
      'Load of the host',
      element(
        'span',
        {},
        `share of all ${run.host.cores} cores, against minutes since the start of the run; ` +
          'shaded: repetitions, with their number of nodes',
      ),
    ),
    drawChart({
      id: 'chart-host',
      title: 'CPU load of the host over the run',
      description: 'CPU used by nodes and testbed, and by other programs, as a share of all cores.',
      frame,
      x,
      y,
      xTitle: 'minutes',
      yTitle: '',
      shades: splitAtGaps(sorted).flatMap((stretch) => {
        const [first, end] = [stretch[0], stretch.at(-1)];
        if (first === undefined || end === undefined) return [];
        const from = minutes(first.at) - first.periodMs / 60_000;
        return [{ from, to: minutes(end.at), label: `${sizes.get(first.repetitionId) ?? ''}` }];
      }),
      series: [
        { name: 'own', tone: 's0', strokes: line((one) => one.cpuOwnRatio), endLabel: 'own' },
        {
          name: 'foreign',
          tone: 's1',
          strokes: line((one) => one.cpuForeignRatio),
          endLabel: 'foreign',
        },
      ],
    }),
  );
}

/** A step of the eight-colour ramp, so that sizes keep their order in colour. */
export function sizeTone(index: number, count: number): string {
  return `q${count < 2 ? 0 : Math.round((index * 7) / (count - 1))}`;
}

/** 0, half, and then the nines. */
function percentileTicks(decades: number): readonly number[] {
  const nines = Array.from({ length: decades }, (_, i) => i + 1);
  return [0, -Math.log10(0.5), ...nines];
}

/** `50 %`, `99.99 %`: as many digits as there are nines. */
function formatPercentile(ratio: number): string {
  return `${Number((100 * ratio).toFixed(7))} %`;
}

function seriesPoints(series: CellFinding['repetitions'][number]['series']): readonly ChartPoint[] {
  if (series === null) return [];
  // A slice is drawn at its middle.
  return series.txPerSec.map((y, slice) => ({ x: ((slice + 0.5) * series.periodMs) / 1000, y }));
}

function describeSeries(cell: CellFinding): string {
  const lines = cell.repetitions.flatMap(({ repetition, series, isCounted }) => {
    if (series === null || series.txPerSec.length === 0) return [];
    const low = formatRate(Math.min(...series.txPerSec));
    const high = formatRate(Math.max(...series.txPerSec));
    return [
      `repetition ${repetition + 1}${isCounted ? '' : ' (not counted)'}: ${low} to ${high} tx/s`,
    ];
  });
  return lines.length === 0 ? 'No repetition delivered a series.' : `${lines.join(', ')}.`;
}

/** Means of consecutive points, so that a run of hours does not make a file of megabytes. */
function averageGroups(points: readonly ChartPoint[], size: number): ChartPoint[] {
  const groups = Array.from({ length: Math.ceil(points.length / size) }, (_, i) =>
    points.slice(i * size, (i + 1) * size),
  );
  return groups.map((group) => ({
    x: group.reduce((sum, { x }) => sum + x, 0) / group.length,
    y: group.reduce((sum, { y }) => sum + y, 0) / group.length,
  }));
}

/** A new stretch at every change of repetition and wherever three samples are missing. */
function splitAtGaps(sorted: readonly HostSample[]): readonly (readonly HostSample[])[] {
  const stretches: HostSample[][] = [];
  for (const sample of sorted) {
    const current = stretches.at(-1);
    const before = current?.at(-1);
    const isNew =
      before === undefined ||
      before.repetitionId !== sample.repetitionId ||
      sample.at.getTime() - before.at.getTime() > 3 * sample.periodMs;
    if (isNew || current === undefined) stretches.push([sample]);
    else current.push(sample);
  }
  return stretches;
}
