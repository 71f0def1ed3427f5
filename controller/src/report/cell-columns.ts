/** The columns that say which cell a row is of: one for each axis with more than one value. */
import { unitOf, wordsOf } from '../model/axes.ts';
import { type Axis, sizeAxis } from '../model/axis.ts';
import type { CellFinding, RunFinding } from '../model/finding.ts';

export interface CellColumn {
  readonly heading: string;
  readonly isNumeric: boolean;
  readonly textOf: (cell: CellFinding) => string;
}

/** The size is always among them. */
export function cellColumns({ run, cells }: RunFinding): readonly CellColumn[] {
  return variedAxes(run.plan.axes, cells).map((axis): CellColumn => {
    const { field, kind, values } = axis;
    const { label } = wordsOf(field);
    const unit = unitOf(field, values);
    const shown = shortenTexts(values.map(({ text }) => text));
    const shorter = new Map(values.map(({ text }, index) => [text, shown[index] ?? text]));
    return {
      heading: unit === '' ? label : `${label} ${unit}`,
      isNumeric: kind === 'numeric',
      textOf: (cell) => shorter.get(coordinateOf(cell, field)) ?? '',
    };
  });
}

/** Those that tell the cells apart, and the size. */
export function variedAxes(axes: readonly Axis[], cells: readonly CellFinding[]): readonly Axis[] {
  return axes.filter(
    ({ field }) =>
      field === sizeAxis || new Set(cells.map((cell) => coordinateOf(cell, field))).size > 1,
  );
}

/** A value of a cell as people read it. */
export function coordinateOf({ coordinates }: CellFinding, field: string): string {
  return coordinates.find(({ axis }) => axis === field)?.text ?? '';
}

/** Names of images and whole networks would take the table for themselves. */
const textMax = 20;

/** Cut at the end, or at the start where that is what tells them apart; whole where neither does. */
function shortenTexts(texts: readonly string[]): readonly string[] {
  const heads = texts.map((text) =>
    text.length <= textMax ? text : `${text.slice(0, textMax - 1)}…`,
  );
  const tails = texts.map((text) =>
    text.length <= textMax ? text : `…${text.slice(1 - textMax)}`,
  );
  return [heads, tails].find((cut) => new Set(cut).size === new Set(texts).size) ?? texts;
}
