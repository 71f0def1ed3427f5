/** Where a line of CSV belongs: the cell, a column for each axis besides the size, and the size. */
import { sizeAxis } from '../model/axis.ts';
import type { CellId } from '../model/ids.ts';
import type { Plan } from '../model/plan.ts';
import type { CsvColumn, Row } from './csv-text.ts';

export type CellColumns = (id: CellId, nodeCount: number) => Row;

/** An axis is called by its field, `load.rate`; a number counts in base units: ms, bytes, 0 to 1. */
export function cellColumnsOf({ axes, cells }: Plan): CellColumns {
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

/** The same for a table that has its header even without a line. */
export function cellTableColumns<T>(
  columnsOf: CellColumns,
  cellOf: (item: T) => { readonly cellId: CellId; readonly nodeCount: number },
): readonly CsvColumn<T>[] {
  // A cell that no plan has: only the names of its columns are asked for.
  return columnsOf('' as CellId, 0).map(([name], index) => ({
    name,
    pick: (item) => {
      const { cellId, nodeCount } = cellOf(item);
      return columnsOf(cellId, nodeCount)[index]?.[1] ?? null;
    },
  }));
}
