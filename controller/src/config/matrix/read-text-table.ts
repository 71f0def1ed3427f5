/**
 * A table of lines -> its values: either a matrix, a header with the regions that packets go to and
 * one row for each that they come from, or a list of pairs, `from, to, delay` on each line. What is
 * neither is named in one message. Pure.
 */
import { nearest } from '../../lib/nearest.ts';
import { describeValue } from '../explain-issue.ts';
import { profileNames } from '../ready-profiles.ts';
import { type Fault, type Field, type RawValue, refuse, type TableReading } from './raw-table.ts';
import { splitLines, withoutTail } from './split-lines.ts';

type Fields = readonly Field[];

const nowhere: Field = { text: '', at: 0 };
const headerForm = 'a first line such as from,eu,us,asia, parted by commas, semicolons or tabs';
const listForm = 'three values on each line: from, to, delay';

export function readTextTable(text: string): TableReading {
  const { lines, comment, separator, openQuote } = splitLines(text);
  const hasDecimalCommas = separator !== ',';
  const [first, ...rest] = lines;
  if (first === undefined) return refuse('empty', nowhere, 'the file holds no matrix');
  if (openQuote !== null) {
    return refuse('wrong-form', openQuote, 'the quote that is opened here is not closed');
  }
  const pairs = findPairs(first, rest);
  if (pairs !== undefined) return readPairs(pairs, hasDecimalCommas);
  if (!holdsValues(first)) return readMatrix(first, rest, hasDecimalCommas);
  if (comment !== null && comment.length === first.length) {
    return readMatrix(comment, lines, hasDecimalCommas);
  }
  const message = 'the first line holds values where the names of regions are expected';
  return refuse('wrong-form', first[1] ?? nowhere, message, headerForm);
}

/** The lines of a list of pairs, a header left out; undefined if it is none. */
function findPairs(first: Fields, rest: readonly Fields[]): readonly Fields[] | undefined {
  if (!rest.every(isPair)) return undefined;
  if (isPair(first)) return [first, ...rest];
  const columns = first.slice(1).map(({ text }) => text);
  const isMatrix = rest.some(([label]) => columns.includes(label?.text ?? ''));
  return isMatrix || rest.length === 0 ? undefined : rest;
}

/** Two names and at least one value. */
function isPair(fields: Fields): boolean {
  const [from, to, value] = fields;
  const isName = (field: Field | undefined): boolean => field !== undefined && !isValue(field);
  return isName(from) && isName(to) && value !== undefined && isNumber(value);
}

function readPairs(lines: readonly Fields[], hasDecimalCommas: boolean): TableReading {
  const wide = lines.map(withoutTail).find((fields) => fields.length > 3);
  if (wide !== undefined) {
    const message = `this is a list of pairs with ${wide.length - 2} values for each; one is read`;
    return refuse('wrong-form', wide[3] ?? nowhere, message, listForm);
  }
  const names = new Map<string, Field>();
  const values = lines.flatMap(([from, to, value]): RawValue[] => {
    if (from === undefined || to === undefined || value === undefined) return [];
    for (const one of [from, to]) if (!names.has(one.text)) names.set(one.text, one);
    return [{ from: from.text, to: to.text, value }];
  });
  const table = { names: [...names.values()], values, hasDecimalCommas };
  return { kind: 'table', table, faults: repeatedPairs(values) };
}

/** Faults of pairs that are given twice. */
export function repeatedPairs(values: readonly RawValue[]): Fault[] {
  const seen = new Set<string>();
  return values.flatMap(({ from, to, value }): Fault[] => {
    const key = JSON.stringify([from, to]);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    const message = `${from} to ${to} was given before`;
    return [{ code: 'duplicate-key', field: value, message, kind: 'pair', row: from }];
  });
}

function readMatrix(
  header: Fields,
  rows: readonly Fields[],
  hasDecimalCommas: boolean,
): TableReading {
  // Some programs leave the corner out; what stands there is then the first row's name as well.
  const [corner = nowhere] = header;
  const hasCorner = corner.text === '' || rows.every(([label]) => label?.text !== corner.text);
  const names = withoutTail(header).slice(hasCorner ? 1 : 0);
  const columns = names.map(({ text }) => text);
  if (names.length === 0) {
    const message = 'the first line names no region that packets go to';
    return refuse('wrong-form', corner, message, headerForm);
  }
  if (rows.length > 0 && rows.every(([label]) => label === undefined || isNumber(label))) {
    const message = 'the rows hold values where the region that packets come from is expected';
    const form = 'rows such as eu,,80,180, which start with the name of a region';
    return refuse('wrong-form', rows[0]?.[0] ?? nowhere, message, form);
  }
  const faults = [...repeatedColumns(names), ...strangeRows(rows, columns), ...repeatedRows(rows)];
  const values = rows.flatMap((row): RawValue[] => {
    const [label, ...cells] = row;
    if (label === undefined || !columns.includes(label.text)) return [];
    const fault = lengthFault(label, cells, columns.length);
    if (fault !== undefined) {
      faults.push(fault);
      return [];
    }
    return columns.flatMap((to, index) => {
      const value = cells[index];
      return value === undefined ? [] : [{ from: label.text, to, value }];
    });
  });
  return { kind: 'table', table: { names, values, hasDecimalCommas }, faults };
}

function repeatedColumns(names: Fields): Fault[] {
  return names.flatMap((field, index): Fault[] => {
    if (names.findIndex(({ text }) => text === field.text) === index) return [];
    const message = `the region ${field.text} has a column already`;
    return [{ code: 'duplicate-key', field, message }];
  });
}

function strangeRows(rows: readonly Fields[], columns: readonly string[]): Fault[] {
  return rows.flatMap(([label]): Fault[] => {
    if (label === undefined || columns.includes(label.text)) return [];
    const suggestion = nearest(label.text.slice(0, 60), columns);
    return [
      {
        code: 'unknown-key',
        field: label,
        message: `the first line names no region ${describeValue(label.text)}`,
        expected: `one of ${someOf(columns)}`,
        ...(suggestion === undefined ? {} : { suggestion }),
        kind: 'row',
      },
    ];
  });
}

function repeatedRows(rows: readonly Fields[]): Fault[] {
  const seen = new Set<string>();
  return rows.flatMap(([label]): Fault[] => {
    if (label === undefined) return [];
    if (seen.has(label.text)) {
      const message = `the region ${label.text} has a row already`;
      return [{ code: 'duplicate-key', field: label, message, row: label.text }];
    }
    seen.add(label.text);
    return [];
  });
}

function lengthFault(label: Field, cells: Fields, count: number): Fault | undefined {
  // Separators at the end of a line say nothing.
  const given = Math.max(withoutTail(cells).length, Math.min(cells.length, count));
  if (given === count) return undefined;
  return {
    code: 'wrong-form',
    field: label,
    message: `this row has ${given} ${given === 1 ? 'value' : 'values'} for ${count} regions`,
    expected: 'as many values as the first line has regions; empty ones count',
    kind: 'length',
    row: label.text,
  };
}

/** Names as an expectation lists them. */
export function someOf(names: readonly string[]): string {
  const shown = names.slice(0, shownMax).join(', ');
  return names.length > shownMax ? `${shown}, ... (${names.length} in all)` : shown;
}

const shownMax = 12;

function holdsValues(fields: Fields): boolean {
  const cells = fields.slice(1);
  return cells.every(isValue) && cells.some(isNumber);
}

function isValue(field: Field): boolean {
  const { text } = field;
  return (
    text === '' || text === '-' || isNumber(field) || profileNames.some((name) => name === text)
  );
}

function isNumber({ text }: Field): boolean {
  return /^[-+.]?\d/.test(text);
}
