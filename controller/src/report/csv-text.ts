import { stringify } from 'csv-stringify/sync';

/*
 * Tables as RFC 4180: comma, CRLF, quotes where needed, a header line, UTF-8. Numbers are unrounded
 * with a point, missing values are empty, times are ISO 8601 in UTC. Text that a spreadsheet would
 * take for a formula is defused with an apostrophe.
 */

export type Value = string | number | boolean | Date | null;
export type Row = readonly (readonly [column: string, value: Value])[];

/** @param rows all with the same columns */
export function toCsv(rows: readonly Row[]): string {
  const header = rows[0]?.map(([column]) => column) ?? [];
  return writeLines([header, ...rows.map((row) => row.map(([, value]) => value))]);
}

/** One column of a table that has its header even without a line. */
export interface CsvColumn<T> {
  readonly name: string;
  readonly pick: (item: T) => Value;
}

export function toCsvTable<T>(columns: readonly CsvColumn<T>[], items: readonly T[]): string {
  return writeLines([
    columns.map(({ name }) => name),
    ...items.map((item) => columns.map(({ pick }) => pick(item))),
  ]);
}

function writeLines(lines: readonly (readonly Value[])[]): string {
  return stringify(lines as Value[][], {
    record_delimiter: 'windows',
    escape_formulas: true,
    // Without casts the library writes false as nothing and dates as milliseconds.
    cast: {
      boolean: (value) => (value ? 'true' : 'false'),
      date: (value) => value.toISOString(),
      number: (value) => (Number.isFinite(value) ? String(value) : ''),
    },
  });
}
