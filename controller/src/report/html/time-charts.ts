/** Charts against time: throughput over the window, load of the host. */
import type { CellFinding, RunFinding } from '../../model/finding.ts';
import type { HostSampleRecord } from '../../model/record.ts';
import { isSizeAlone, wordCell } from '../../model/word-cell.ts';
import { formatPercent, formatRate, formatTick } from '../format-value.ts';
import { type ChartPoint, type ChartSeries, drawChart } from './draw-chart.ts';
import type { ChartMark } from './draw-marks.ts';
import { describeShades, eventMarks, eventShades } from './events.ts';
import { rampTone } from './legend.ts';
import { element, lines, type Markup } from './markup.ts';
import { linearFromZero, linearWithTicks } from './scale.ts';

export type HostSample = HostSampleRecord & { readonly repetitionId: string };

/** More points than this in one line are averaged in groups: the chart has fewer pixels. */
const hostPointsMax = 1500;

/** Small multiples, one per cell, all with the same axes; a line per repetition. */
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
      element('figcaption', {}, wordCell(cell)),
      drawChart({
        id: `chart-series-${cell.cellId}`,
        title: `Throughput over the measured window at ${wordCell(cell)}`,
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
            tone: repetition.isCounted ? rampTone(index, cells.length) : 's3',
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

/** CPU of each host over the whole run; null without samples. */
export function drawHostLoad(finding: RunFinding, samples: readonly HostSample[]): Markup | null {
  const charts = finding.run.hosts.flatMap((_, index) => {
    const here = samples.filter(({ host }) => host === index);
    return here.length < 2 ? [] : [drawLoadOf(index, finding, here)];
  });
  return charts.length === 0 ? null : lines(charts);
}

/** The repetitions are shaded. @param samples of this host */
function drawLoadOf(
  index: number,
  { cells, run }: RunFinding,
  samples: readonly HostSample[],
): Markup {
  const { cores = 0, hostname = '' } = run.hosts[index] ?? {};
  const which = run.hosts.length > 1 ? ` ${hostname}` : '';
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
  const areSizes = isSizeAlone(cells);
  const names = new Map(
    cells.flatMap((cell) =>
      cell.repetitions.map(({ id }): [string, string] => [
        id,
        areSizes ? `${cell.nodeCount}` : cell.cellId,
      ]),
    ),
  );
  return element(
    'figure',
    { class: 'wide thin' },
    element(
      'figcaption',
      {},
      `Load of the host${which}`,
      element(
        'span',
        {},
        `share of all ${cores} cores, against minutes since the start of the run; ` +
          `shaded: repetitions, with their ${areSizes ? 'number of nodes' : 'cell, where there is room'}`,
      ),
    ),
    drawChart({
      id: index === 0 ? 'chart-host' : `chart-host-${index}`,
      title: `CPU load of the host${which} over the run`,
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
        return [{ from, to: minutes(end.at), label: names.get(first.repetitionId) ?? '' }];
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
