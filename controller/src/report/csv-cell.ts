/** Where a line of CSV belongs: the cell, a column for each axis besides the size, and the size. */
import { sizeAxis } from '../model/axis.ts';
import type { CellId } from '../model/ids.ts';
import type { Plan } from '../model/plan.ts';
import type { Row } from './csv-text.ts';

/** An axis is called by its field, `load.rate`; a number counts in base units: ms, bytes, 0 to 1. */
export function cellColumnsOf({ axes, cells }: Plan): (id: CellId, nodeCount: number) => Row {
  const fields = axes.map(({ field }) => field).filter((field) => field !== sizeAxis);
  const values = new Map(
    cells.map(({ id, coordinates }) => [
      id,
      new Map(coordinates.map(({ axis, value }) => [axis, value])),
    ]),
  );
  return (id, nodeCount) => [
    ['cell', id],
    ...fields.map((field) => [field, values.get(id)?.get(field) ?? null] as const),
    ['nodes', nodeCount],
  ];
}
