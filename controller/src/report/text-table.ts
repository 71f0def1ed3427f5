/** Tables of plain text: right-aligned columns, two spaces apart, no lines around. */

export interface TextColumn {
  readonly heading: string;
  readonly cells: readonly string[];
  readonly align: 'left' | 'right';
}

const gap = '  ';

/**
 * Lays columns out side by side. Columns that do not fit the width go into a further table that
 * repeats the leading ones, so that no line is broken.
 * @param columns all with the same number of cells
 * @param leading how many of them, at the front, name the rows
 * @returns one block of lines per table
 */
export function layoutTables(
  columns: readonly TextColumn[],
  width: number,
  leading = 1,
): readonly (readonly string[])[] {
  const leads = columns.slice(0, leading);
  if (leads.length === 0) return [];
  const tables: TextColumn[][] = [[...leads]];
  for (const column of columns.slice(leading)) {
    const current = tables.at(-1) ?? [];
    const taken = widthOf(current) + gap.length + columnWidth(column);
    if (taken <= width || current.length === leads.length) current.push(column);
    else tables.push([...leads, column]);
  }
  return tables.map(renderTable);
}

/** Groups of columns side by side as far as they fit; a group is parted only if it must be. */
export function joinGroups(
  leads: readonly TextColumn[],
  groups: readonly (readonly TextColumn[])[],
  width: number,
): readonly (readonly TextColumn[])[] {
  const joined: TextColumn[][] = [];
  for (const group of groups) {
    const current = joined.at(-1);
    if (current !== undefined && widthOf([...leads, ...current, ...group]) <= width) {
      current.push(...group);
    } else {
      joined.push([...group]);
    }
  }
  return joined;
}

/** Width of the columns side by side. */
export function widthOf(columns: readonly TextColumn[]): number {
  const widths = columns.reduce((sum, column) => sum + columnWidth(column), 0);
  return widths + gap.length * (columns.length - 1);
}

function renderTable(columns: readonly TextColumn[]): readonly string[] {
  const rows = columns[0]?.cells.length ?? 0;
  const lines = [columns.map((column) => pad(column, column.heading))];
  for (let row = 0; row < rows; row++) {
    lines.push(columns.map((column) => pad(column, column.cells[row] ?? '')));
  }
  return lines.map((line) => line.join(gap).trimEnd());
}

function pad(column: TextColumn, text: string): string {
  const width = columnWidth(column);
  return column.align === 'right' ? text.padStart(width) : text.padEnd(width);
}

function columnWidth({ heading, cells }: TextColumn): number {
  return Math.max(heading.length, ...cells.map((cell) => cell.length));
}
