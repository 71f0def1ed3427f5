/** One figure of cells as series of a chart: every repetition a dot, the mean a line, its interval a band. */
import type { CellFinding, RepetitionFinding } from '../../model/finding.ts';
import { wordCell } from '../../model/word-cell.ts';
import type { Figure } from '../figures.ts';
import type { ChartDot, ChartPoint, ChartSeries } from './draw-chart.ts';

/** Dots of one cell stand side by side, at most this far apart and this wide together. */
const dotSpacingPxMax = 6;
const dotsWidthPx = 40;

export interface SeriesStyle {
  readonly tone: string;
  /** What is written at its end, and where its dots are pointed at; empty if there is nothing to tell. */
  readonly name: string;
  /** Place in the list of shapes; absent for the circle of a chart with one series. */
  readonly shape?: number;
}

export interface SeriesPlace {
  readonly placeOf: (cell: CellFinding) => number;
  /** Where x is a name: cells are not joined, and series stand beside each other, this wide each. */
  readonly slot?: { readonly shiftPx: number; readonly widthPx: number };
}

/** The line of what counts; if something does not, also a dashed line through everything. */
export function drawCells(
  cells: readonly CellFinding[],
  figure: Figure,
  style: SeriesStyle,
  place: SeriesPlace,
): readonly ChartSeries[] {
  const counted = cells.filter(({ basis }) => basis === 'counted');
  const means = meansOf(counted, figure, place);
  const all = meansOf(cells, figure, place);
  const dots = cells.flatMap((cell) => dotsOf(cell, figure, style, place));
  const { name, tone } = style;
  const base = { name, tone, ...(style.shape === undefined ? {} : { shape: style.shape }) };
  const intervals = intervalsOf(cells, figure, place);
  if (place.slot !== undefined) {
    return [{ ...base, strokes: [], apart: { ...place.slot, means: all }, band: intervals, dots }];
  }
  const endLabel = name === '' ? {} : { endLabel: shorten(name) };
  const isWhole = means.length === all.length;
  return [
    ...(isWhole ? [] : [{ ...base, strokes: [all], isDashed: true, ...endLabel }]),
    { ...base, strokes: [means], band: intervals, dots, ...(isWhole ? endLabel : {}) },
  ];
}

/** What finds room beside a chart; the whole name is in the legend. */
const endLabelMax = 9;

function shorten(name: string): string {
  return name.length <= endLabelMax ? name : `${name.slice(0, endLabelMax - 1)}…`;
}

function meansOf(
  cells: readonly CellFinding[],
  figure: Figure,
  { placeOf }: SeriesPlace,
): readonly ChartPoint[] {
  const unit = figure.unitSize ?? 1;
  return cells.flatMap((cell) => {
    const estimate = figure.ofCell(cell);
    return estimate === null ? [] : [{ x: placeOf(cell), y: estimate.mean / unit }];
  });
}

function intervalsOf(
  cells: readonly CellFinding[],
  figure: Figure,
  { placeOf }: SeriesPlace,
): NonNullable<ChartSeries['band']> {
  const unit = figure.unitSize ?? 1;
  return cells.flatMap((cell) => {
    const interval = figure.ofCell(cell)?.interval;
    return interval
      ? [{ x: placeOf(cell), low: interval.low / unit, high: interval.high / unit }]
      : [];
  });
}

function dotsOf(
  cell: CellFinding,
  figure: Figure,
  { name }: SeriesStyle,
  { placeOf, slot }: SeriesPlace,
): readonly ChartDot[] {
  const width = slot === undefined ? dotsWidthPx : 0.7 * slot.widthPx;
  const spacing = Math.min(dotSpacingPxMax, width / cell.repetitions.length);
  const middle = (cell.repetitions.length - 1) / 2;
  return cell.repetitions.flatMap((repetition, index) => {
    const value = figure.ofRepetition(repetition.figures);
    if (value === null) return [];
    const said = name === '' || wordCell(cell).includes(name) ? '' : `${name} `;
    return [
      {
        x: placeOf(cell),
        y: value / (figure.unitSize ?? 1),
        isHollow: !repetition.isCounted,
        shiftPx: (index - middle) * spacing + (slot?.shiftPx ?? 0),
        label:
          `${wordCell(cell)}, repetition ${repetition.repetition + 1}: ` +
          `${said}${figure.format(value)} (${stateOf(repetition)})`,
      },
    ];
  });
}

function stateOf({ isCounted, verdict }: RepetitionFinding): string {
  return isCounted ? verdict : `${verdict}, not counted`;
}
