/**
 * Reads the result that `testbed run --json` prints, and prints one line of CSV for each cell: its
 * coordinates, its verdict, and the figures that are named, each by its path in `cells` of the result
 * (docs/results.md) or by a quotient of two: `ms=latency.p50.mean`, `each=a.mean/b.mean`. Where there is
 * no value the field is empty.
 *
 * usage: testbed sweep ... --json | node scripts/print-cells.ts [NAME=PATH[/PATH] ...]
 */
import { text } from 'node:stream/consumers';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

interface Cell {
  readonly coordinates: readonly { readonly axis: string; readonly text: string }[];
  readonly verdict: string;
}

const columns = process.argv.slice(2).map((word) => {
  const at = word.indexOf('=');
  return { name: word.slice(0, at), paths: word.slice(at + 1).split('/') };
});
const printed = await text(process.stdin);
const result: { cells?: readonly Cell[]; error?: { message: string } | null } =
  printed.trim() === '' ? {} : JSON.parse(printed);
const cells = result.cells ?? [];
if (result.error != null) process.stderr.write(`${result.error.message}\n`);
const axes = cells[0]?.coordinates.map(({ axis }) => axis) ?? [];
if (cells.length > 0) print([...axes, 'verdict', ...columns.map(({ name }) => name)]);
for (const cell of cells) {
  const figures = columns.map(({ paths }) => {
    const [first = null, ...rest] = paths.map((path) => figureAt(cell, path));
    return rest.reduce((a, b) => (a === null || b === null || b === 0 ? null : a / b), first);
  });
  const shown = figures.map((figure) => (figure === null ? '' : Number(figure.toPrecision(4))));
  print([...cell.coordinates.map((coordinate) => coordinate.text), cell.verdict, ...shown]);
}
if (cells.length === 0) process.exitCode = 1;

function figureAt(cell: object, path: string): number | null {
  let value: Json | undefined = cell as Json; // it was parsed from JSON
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return null;
    value = (value as { readonly [name: string]: Json })[name];
  }
  return typeof value === 'number' ? value : null;
}

function print(fields: readonly (string | number)[]): void {
  const quoted = fields.map((field) =>
    /[",\n]/.test(String(field)) ? `"${String(field).replaceAll('"', '""')}"` : field,
  );
  process.stdout.write(`${quoted.join(',')}\n`);
}
