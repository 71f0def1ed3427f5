/** Charts against the first axis of a run: series and small multiples for the others. */
import { titleOf } from '../../model/axes.ts';
import type { CellFinding, RunFinding } from '../../model/finding.ts';
import { wordCell } from '../../model/word-cell.ts';
import { type ChartLayout, layOutCharts, nameAxis, type Panel } from '../chart-layout.ts';
import { markInvalid } from '../describe-run.ts';
import { costFigures, type Figure, latencyFigures, throughputFigure } from '../figures.ts';
import { formatTick } from '../format-value.ts';
import { noteShares } from '../latency-share.ts';
import { drawCells, type SeriesStyle } from './cell-series.ts';
import { type ChartSeries, type ChartSpec, drawChart } from './draw-chart.ts';
import { drawLegend, seriesTone } from './legend.ts';
import { type Child, element, lines, type Markup } from './markup.ts';
import { placeScale, slotOf } from './place-scale.ts';
import {
  type ChartFrame,
  linearFromZero,
  linearSpreadMax,
  logarithmic,
  type Scale,
} from './scale.ts';

const frame: ChartFrame = { width: 520, height: 280, left: 52, right: 64, top: 14, bottom: 44 };
/** Of more combinations the tables tell. */
const panelsMax = 24;

interface Line {
  readonly figure: Figure;
  readonly tone: string;
  readonly name: string;
}

interface AxisChart {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly hasOffered?: boolean;
}

/** One figure per chart, in reading order. */
export function drawAxisCharts(finding: RunFinding): readonly Markup[] {
  const layout = layOutCharts(finding);
  return chartsFor(layout).map((chart) => drawAxisChart(finding.cells, layout, chart));
}

function chartsFor({ seriesNames }: ChartLayout): readonly AxisChart[] {
  return [
    { ...single('throughput', 'Throughput', 'committed tx/s', throughputFigure), hasOffered: true },
    ...(seriesNames.length > 0 ? latencyApart : [latencyTogether]),
    single('messages', 'Messages', 'sent per committed transaction', costFigures.messages),
    single('bytes', 'Traffic', 'kB sent per committed transaction', costFigures.bytes),
    single('cpu', 'CPU per node', 'cores, mean over nodes', costFigures.cpu),
    single('memory', 'Memory per node', 'MiB, mean over nodes', costFigures.memory),
  ];
}

function single(id: string, title: string, unit: string, figure: Figure): AxisChart {
  return { id, title, unit, lines: [{ figure, tone: 's0', name: '' }] };
}

const latencyUnit = 'ms, from due time to commit';
const latencyTogether: AxisChart = {
  id: 'latency',
  title: 'Commit latency',
  unit: latencyUnit,
  lines: [
    { figure: latencyFigures.p50, tone: 's0', name: 'p50' },
    { figure: latencyFigures.p95, tone: 's1', name: 'p95' },
    { figure: latencyFigures.p99, tone: 's2', name: 'p99' },
  ],
};
/** Colours are taken by series: a chart for each percentile. */
const latencyApart: readonly AxisChart[] = [
  single('latency-p50', 'Median commit latency', latencyUnit, latencyFigures.p50),
  single('latency-p99', '99th percentile of commit latency', latencyUnit, latencyFigures.p99),
];

function drawAxisChart(
  cells: readonly CellFinding[],
  layout: ChartLayout,
  chart: AxisChart,
): Markup {
  const panels = layout.panels.slice(0, panelsMax);
  const all = panels.map((panel) => seriesOf(panel, layout, chart));
  const values = all
    .flat()
    .flatMap(({ dots = [], strokes, apart }) =>
      [...dots, ...strokes.flat(), ...(apart?.means ?? [])].map(({ y }) => y),
    );
  if (values.length === 0) {
    const empty = 'No repetition delivered a value.';
    return element(
      'figure',
      {},
      caption(chart.title, chart.unit),
      element('p', { class: 'note' }, empty),
    );
  }
  const y = valueScale([...values, ...panels.flatMap((panel) => referencesOf(panel, chart))]);
  const isLatency = chart.lines.some(({ figure }) => figure.isLatency === true);
  const note = `${chart.unit}${y.isLog ? ', log scale' : ''}${isLatency ? noteShares(cells) : ''}`;
  const drawn = panels.map((panel, index) =>
    drawPanel({ panel, layout, chart, y, series: all[index] ?? [], index }),
  );
  const legend = drawLegend(layout.seriesNames);
  const [only] = drawn;
  if (only !== undefined && layout.panels.length === 1) {
    return element('figure', {}, caption(chart.title, note), legend, only);
  }
  const left = layout.panels.length - panels.length;
  return element(
    'section',
    { class: 'wide' },
    element('h3', {}, chart.title, element('span', {}, note)),
    legend,
    element(
      'div',
      { class: 'charts' },
      lines(
        drawn.map((one, index) =>
          element('figure', {}, caption(panels[index]?.title ?? '', ''), one),
        ),
      ),
    ),
    left > 0
      ? element('p', { class: 'note' }, `${left} further combinations are in the tables below.`)
      : null,
  );
}

function caption(title: string, note: string): Markup {
  return element('figcaption', {}, title, note === '' ? null : element('span', {}, note));
}

interface PanelDrawing {
  readonly panel: Panel;
  readonly layout: ChartLayout;
  readonly chart: AxisChart;
  readonly y: Scale;
  readonly series: readonly ChartSeries[];
  readonly index: number;
}

function drawPanel({ panel, layout, chart, y, series, index }: PanelDrawing): Child {
  const isOnly = layout.panels.length === 1;
  const spec: ChartSpec = {
    id: `chart-${chart.id}${isOnly ? '' : `-${index + 1}`}`,
    title: `${chart.title} against ${nameAxis(layout.x.field)}${isOnly ? '' : `, ${panel.title}`}`,
    description: describe(panel, chart),
    frame,
    x: placeScale(layout, frame),
    y,
    xTitle: titleOf(layout.x),
    yTitle: '',
    series,
  };
  const [offered, ...others] = referencesOf(panel, chart);
  if (offered === undefined || others.length > 0) return drawChart(spec);
  const label = chart.hasOffered === true ? 'offered' : 'floor';
  return drawChart({ ...spec, reference: { y: offered, label } });
}

/** What was offered, or can be at best: one line where it is the same all over a panel; else series tell it. */
function referencesOf({ series }: Panel, chart: AxisChart): readonly number[] {
  if (chart.lines.some(({ figure }) => figure.isLatency === true)) {
    return floorsOf(series.flatMap(({ cells }) => cells));
  }
  if (chart.hasOffered !== true) return [];
  const offered = series.flatMap(({ cells }) =>
    cells.map(({ offeredTxPerSec }) => offeredTxPerSec),
  );
  return [...new Set(offered)].filter((rate) => rate > 0);
}

function seriesOf(panel: Panel, layout: ChartLayout, chart: AxisChart): readonly ChartSeries[] {
  const isParted = layout.seriesNames.length > 0;
  const drawn = panel.series.flatMap(({ name, index, cells }) =>
    chart.lines.flatMap((line) => {
      const style: SeriesStyle = isParted
        ? { tone: seriesTone(index, layout.seriesNames.length), name, shape: index }
        : { tone: line.tone, name: line.name };
      const slot = layout.isNumeric ? {} : { slot: slotOf(layout, index, frame) };
      return drawCells(cells, line.figure, style, { placeOf: layout.placeOf, ...slot });
    }),
  );
  return [...offeredLine(panel, layout, chart), ...floorLines(panel, layout, chart), ...drawn];
}

/** Where the load is what x is of, what was offered is a line of its own. */
function offeredLine(
  panel: Panel,
  { isNumeric, placeOf }: ChartLayout,
  chart: AxisChart,
): readonly ChartSeries[] {
  if (chart.hasOffered !== true || !isNumeric || referencesOf(panel, chart).length < 2) return [];
  const points = new Map<number, number>();
  for (const cell of panel.series.flatMap(({ cells }) => cells)) {
    const x = placeOf(cell);
    // Two loads at one place: series differ in load, and their names tell it.
    if ((points.get(x) ?? cell.offeredTxPerSec) !== cell.offeredTxPerSec) return [];
    points.set(x, cell.offeredTxPerSec);
  }
  const stroke = [...points].sort(([a], [b]) => a - b).map(([x, y]) => ({ x, y }));
  return [{ name: 'offered', tone: 's3', strokes: [stroke], isDashed: true, endLabel: 'offered' }];
}

/** Each once, above 0. */
function floorsOf(cells: readonly CellFinding[]): readonly number[] {
  const floors = cells.flatMap(({ latencyFloor }) => latencyFloor?.medianMs ?? []);
  return [...new Set(floors)].filter((floor) => floor > 0);
}

/** What no implementation can be faster than: a line for every series that has its own. */
function floorLines(
  { series }: Panel,
  { isNumeric, placeOf }: ChartLayout,
  { lines: figures }: AxisChart,
): readonly ChartSeries[] {
  if (!isNumeric || !figures.some(({ figure }) => figure.isLatency === true)) return [];
  const strokes = series.map(({ cells }) =>
    cells
      .flatMap((cell) => {
        const y = cell.latencyFloor?.medianMs ?? 0;
        return y > 0 ? [{ x: placeOf(cell), y }] : [];
      })
      .sort((a, b) => a.x - b.x),
  );
  const drawn = strokes.filter((stroke) => stroke.length > 1);
  // The same everywhere is one line across, which names and single sizes can have too.
  if (drawn.length === 0 || floorsOf(series.flatMap(({ cells }) => cells)).length === 1) return [];
  return [{ name: 'floor', tone: 's3', strokes: drawn, isDashed: true, endLabel: 'floor' }];
}

function valueScale(values: readonly number[]): Scale {
  const max = Math.max(...values);
  const min = Math.min(...values);
  const range = { from: frame.height - frame.bottom, to: frame.top, format: formatTick };
  return min > 0 && max / min > linearSpreadMax
    ? logarithmic(min, max, range)
    : linearFromZero(max, range);
}

function describe({ series }: Panel, { title, unit, lines: figures }: AxisChart): string {
  const points = series.flatMap(({ name: group, cells }) =>
    figures.map(({ figure, name }) => {
      const values = cells.map((cell) => {
        const estimate = figure.ofCell(cell);
        const value =
          estimate === null ? 'no value' : markInvalid(figure.format(estimate.mean), cell);
        return `${value} at ${wordCell(cell)}`;
      });
      const called = name === '' ? 'mean' : name;
      return `${group === '' ? called : `${group}, ${called}`}: ${values.join(', ')}`;
    }),
  );
  return `${title}, ${unit}. ${points.join('. ')}.`;
}
