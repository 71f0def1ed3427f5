/**
 * Which axis is which in a chart: the first numeric one with two values or more is x, the next one makes
 * series, further ones small multiples. Where no numeric axis has two values, x is a name. Pure.
 */
import { groupBy } from '../lib/group-by.ts';
import { unitOf, wordsOf } from '../model/axes.ts';
import { type Axis, sizeAxis } from '../model/axis.ts';
import type { CellFinding, RunFinding } from '../model/finding.ts';
import { coordinateOf, variedAxes } from './cell-columns.ts';

/** More lines than this in one chart cannot be told apart by shape and colour: they get charts of their own. */
export const seriesMax = 6;

/** Cells that differ along x alone. */
export interface CellSeries {
  /** Empty where there is one series only. */
  readonly name: string;
  /** Place of its value on the axis of series: the same in every panel. */
  readonly index: number;
  readonly cells: readonly CellFinding[];
}

export interface Panel {
  /** `network = wan, degree = 4`; empty where there is one panel only. */
  readonly title: string;
  readonly series: readonly CellSeries[];
}

export interface ChartLayout {
  readonly x: Axis;
  readonly isNumeric: boolean;
  /** Where a cell stands along x: its value, or the place of its name from 0. */
  readonly placeOf: (cell: CellFinding) => number;
  /** Of all series, in their order; empty where there is one only. */
  readonly seriesNames: readonly string[];
  readonly panels: readonly Panel[];
}

export function layOutCharts({ run, cells }: RunFinding): ChartLayout {
  const varied = variedAxes(run.plan.axes, cells);
  const several = varied.filter((axis) => placesOf(axis, cells).length > 1);
  const x =
    several.find(({ kind }) => kind === 'numeric') ?? several[0] ?? varied[0] ?? onlySizes(cells);
  const rest = several.filter((axis) => axis !== x);
  const lines = rest.find((axis) => placesOf(axis, cells).length <= seriesMax);
  const multiples = rest.filter((axis) => axis !== lines);
  const texts = lines === undefined ? [] : placesOf(lines, cells);
  const panels = groupBy(cells, (cell) => wordPanel(cell, multiples));
  return {
    x,
    isNumeric: x.kind === 'numeric',
    placeOf: placing(x),
    seriesNames: lines === undefined ? [] : texts.map((text) => nameValue(lines, text)),
    panels: [...panels].map(([title, own]) => ({ title, series: partSeries(own, lines, texts) })),
  };
}

function partSeries(
  cells: readonly CellFinding[],
  axis: Axis | undefined,
  texts: readonly string[],
): readonly CellSeries[] {
  if (axis === undefined) return [{ name: '', index: 0, cells }];
  const groups = groupBy(cells, (cell) => coordinateOf(cell, axis.field));
  return texts.flatMap((text, index) => {
    const own = groups.get(text);
    return own === undefined ? [] : [{ name: nameValue(axis, text), index, cells: own }];
  });
}

/** Its values that any cell has, in the order of the axis. */
function placesOf({ field, values }: Axis, cells: readonly CellFinding[]): readonly string[] {
  const used = new Set(cells.map((cell) => coordinateOf(cell, field)));
  return values.map(({ text }) => text).filter((text) => used.has(text));
}

function placing({ field, kind, values }: Axis): ChartLayout['placeOf'] {
  const order = new Map(values.map(({ text }, index) => [text, index]));
  return (cell) => {
    if (field === sizeAxis) return cell.nodeCount;
    const own = cell.coordinates.find(({ axis }) => axis === field);
    return kind === 'numeric' ? Number(own?.value) : (order.get(own?.text ?? '') ?? 0);
  };
}

/** `lan`; of a number with its word: `rate 200 tx/s`. */
export function nameValue(axis: Axis, text: string): string {
  if (/^[a-z]/i.test(text) && !/^(true|false|null)$/.test(text)) return text;
  const unit = unitOf(axis.field, axis.values);
  return `${wordsOf(axis.field).label} ${text}${unit === '' ? '' : ` ${unit}`}`;
}

function wordPanel(cell: CellFinding, axes: readonly Axis[]): string {
  return axes
    .map((axis) => `${wordsOf(axis.field).label} = ${coordinateOf(cell, axis.field)}`)
    .join(', ');
}

/** What a chart is against, in its title. */
export function nameAxis(field: string): string {
  return field === sizeAxis ? 'network size' : wordsOf(field).title;
}

function onlySizes(cells: readonly CellFinding[]): Axis {
  const sizes = [...new Set(cells.map(({ nodeCount }) => nodeCount))];
  const values = sizes.map((value) => ({ value, text: `${value}` }));
  return { field: sizeAxis, kind: 'numeric', values };
}
