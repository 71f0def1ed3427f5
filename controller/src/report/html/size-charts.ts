/** Charts against network size: every repetition a dot, the mean a line, the interval a band. */
import type { CellFinding, RunFinding } from '../../model/finding.ts';
import { markInvalid } from '../describe-run.ts';
import { costFigures, type Figure, latencyFigures, throughputFigure } from '../figures.ts';
import { formatTick } from '../format-value.ts';
import { noteShares } from '../latency-share.ts';
import { type ChartPoint, type ChartSeries, drawChart } from './draw-chart.ts';
import { element, type Markup } from './markup.ts';
import {
  type ChartFrame,
  linearFromZero,
  linearWithTicks,
  logarithmic,
  type Scale,
} from './scale.ts';

const frame: ChartFrame = { width: 520, height: 280, left: 52, right: 64, top: 14, bottom: 44 };
/** Beyond this ratio of largest to smallest value a linear axis hides the smaller sizes. */
const linearSpreadMax = 20;
/** Dots of one size stand side by side, at most this far apart and this wide together. */
const dotSpacingPxMax = 6;
const dotsWidthPx = 40;

/** One figure per chart, in reading order. */
export function drawSizeCharts({ cells, run }: RunFinding): readonly Markup[] {
  const offered = run.plan.cells[0]?.settings.load.rateTxPerSec ?? 0;
  return [
    sizeChart(cells, {
      id: 'throughput',
      title: 'Throughput',
      unit: 'committed tx/s',
      lines: [{ figure: throughputFigure, tone: 's0', name: '' }],
      reference: offered > 0 ? { y: offered, label: 'offered' } : undefined,
    }),
    sizeChart(cells, {
      id: 'latency',
      title: 'Commit latency',
      unit: 'ms, from due time to commit',
      lines: [
        { figure: latencyFigures.p50, tone: 's0', name: 'p50' },
        { figure: latencyFigures.p95, tone: 's1', name: 'p95' },
        { figure: latencyFigures.p99, tone: 's2', name: 'p99' },
      ],
    }),
    single(cells, 'messages', 'Messages', 'sent per committed transaction', costFigures.messages),
    single(cells, 'bytes', 'Traffic', 'kB sent per committed transaction', costFigures.bytes),
    single(cells, 'cpu', 'CPU per node', 'cores, mean over nodes', costFigures.cpu),
    single(cells, 'memory', 'Memory per node', 'MiB, mean over nodes', costFigures.memory),
  ];
}

interface Line {
  readonly figure: Figure;
  readonly tone: string;
  readonly name: string;
}

interface SizeChart {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly reference?: { readonly y: number; readonly label: string } | undefined;
}

function single(
  cells: readonly CellFinding[],
  id: string,
  title: string,
  unit: string,
  figure: Figure,
): Markup {
  return sizeChart(cells, { id, title, unit, lines: [{ figure, tone: 's0', name: '' }] });
}

function sizeChart(cells: readonly CellFinding[], chart: SizeChart): Markup {
  const series = chart.lines.flatMap((line) => makeSeries(cells, line));
  const values = series.flatMap(({ dots = [], strokes }) =>
    [...dots, ...strokes.flat()].map(({ y }) => y),
  );
  const caption = (note: string): Markup =>
    element('figcaption', {}, chart.title, element('span', {}, `${chart.unit}${note}`));
  if (values.length === 0) {
    const empty = 'No repetition delivered a value.';
    return element('figure', {}, caption(''), element('p', { class: 'note' }, empty));
  }
  const y = valueScale(values, chart);
  const drawn = drawChart({
    id: `chart-${chart.id}`,
    title: `${chart.title} against network size`,
    description: describe(cells, chart),
    frame,
    x: sizeScale(cells),
    y,
    xTitle: 'nodes',
    yTitle: '',
    series,
    ...(chart.reference === undefined ? {} : { reference: chart.reference }),
  });
  const isLatency = chart.lines.some(({ figure }) => figure.isLatency === true);
  const note = `${y.isLog ? ', log scale' : ''}${isLatency ? noteShares(cells) : ''}`;
  return element('figure', {}, caption(note), drawn);
}

/** The line of what counts; if something does not, also a dashed line through everything. */
function makeSeries(
  cells: readonly CellFinding[],
  { figure, tone, name }: Line,
): readonly ChartSeries[] {
  const unit = figure.unitSize ?? 1;
  const meansOf = (shown: readonly CellFinding[]): readonly ChartPoint[] =>
    shown.flatMap((cell) => {
      const estimate = figure.ofCell(cell);
      return estimate === null ? [] : [{ x: cell.nodeCount, y: estimate.mean / unit }];
    });
  const means = meansOf(cells.filter(({ basis }) => basis === 'counted'));
  const all = meansOf(cells);
  const band = cells.flatMap((cell) => {
    const interval = figure.ofCell(cell)?.interval;
    return interval
      ? [{ x: cell.nodeCount, low: interval.low / unit, high: interval.high / unit }]
      : [];
  });
  const dots = cells.flatMap((cell) => {
    const spacing = Math.min(dotSpacingPxMax, dotsWidthPx / cell.repetitions.length);
    return cell.repetitions.flatMap((repetition) => {
      const value = figure.ofRepetition(repetition.figures);
      if (value === null) return [];
      const middle = (cell.repetitions.length - 1) / 2;
      const state = repetition.isCounted
        ? repetition.verdict
        : `${repetition.verdict}, not counted`;
      return [
        {
          x: cell.nodeCount,
          y: value / unit,
          isHollow: !repetition.isCounted,
          shiftPx: (cell.repetitions.indexOf(repetition) - middle) * spacing,
          label:
            `n = ${cell.nodeCount}, repetition ${repetition.repetition + 1}: ` +
            `${name === '' ? '' : `${name} `}${figure.format(value)} (${state})`,
        },
      ];
    });
  });
  const endLabel = name === '' ? {} : { endLabel: name };
  const isWhole = means.length === all.length;
  return [
    ...(isWhole ? [] : [{ name, tone, strokes: [all], isDashed: true, ...endLabel }]),
    { name, tone, strokes: [means], band, dots, ...(isWhole ? endLabel : {}) },
  ];
}

/** The sizes themselves are the ticks; logarithmic where the largest dwarfs the smallest. */
export function sizeScale(cells: readonly CellFinding[]): Scale {
  const sizes = cells.map(({ nodeCount }) => nodeCount);
  const min = Math.min(...sizes);
  const max = Math.max(...sizes);
  // Room at both ends for dots that stand beside the outermost sizes.
  const range = { from: frame.left + 18, to: frame.width - frame.right - 14, format: String };
  if (min > 0 && max / min > linearSpreadMax) {
    const log = linearWithTicks(Math.log(min), Math.log(max), [], range);
    const ticks = sizes.map((value) => ({ value, label: `${value}` }));
    return { isLog: true, ticks, position: (value) => log.position(Math.log(value)) };
  }
  // A single size stands in the middle.
  const spare = min === max ? 1 : 0;
  return linearWithTicks(min - spare, max + spare, sizes, range);
}

function valueScale(values: readonly number[], { reference }: SizeChart): Scale {
  const all = reference === undefined ? values : [...values, reference.y];
  const max = Math.max(...all);
  const min = Math.min(...all);
  const range = { from: frame.height - frame.bottom, to: frame.top, format: formatTick };
  return min > 0 && max / min > linearSpreadMax
    ? logarithmic(min, max, range)
    : linearFromZero(max, range);
}

function describe(cells: readonly CellFinding[], { title, unit, lines }: SizeChart): string {
  const points = lines.map(({ figure, name }) => {
    const values = cells.map((cell) => {
      const estimate = figure.ofCell(cell);
      const value =
        estimate === null ? 'no value' : markInvalid(figure.format(estimate.mean), cell);
      return `${value} at n = ${cell.nodeCount}`;
    });
    return `${name === '' ? 'mean' : name}: ${values.join(', ')}`;
  });
  return `${title}, ${unit}. ${points.join('. ')}.`;
}
