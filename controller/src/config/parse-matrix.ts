/**
 * A matrix of round trips as CSV: a header with the regions that packets go to, then one row for
 * each region they come from. Plain numbers are ms; `80ms`, `50-100ms` and the names of profiles
 * are fine too; an empty cell says nothing; `#` starts a comment line. Pure: text in, cells out.
 */
import { nearest } from '../lib/nearest.ts';
import { codeOf, describeValue } from './explain-issue.ts';
import { nameSchema } from './network-schema.ts';
import type { ConfigProblem, ProblemCode } from './problem.ts';
import { profileText, type RawProfile } from './profile-schema.ts';
import { profileNames } from './ready-profiles.ts';

export interface Matrix {
  /** In the order of the header. */
  readonly regions: readonly string[];
  readonly cells: readonly MatrixCell[];
}

export interface MatrixCell {
  readonly from: string;
  readonly to: string;
  readonly profile: RawProfile;
}

interface Field {
  readonly text: string;
  /** Counted from 1. */
  readonly column: number;
}

interface Line {
  readonly number: number;
  readonly text: string;
  readonly fields: readonly Field[];
}

const cellForm =
  'a round trip in ms such as 80, or 80ms, 50-100ms, the name of a profile, or nothing';
const nameForm = 'a name of at most 31 letters, digits, "_" and "-", starting with a letter';

/** @param file how the file is called in messages */
export function parseMatrix(
  text: string,
  file: string,
): { readonly matrix: Matrix; readonly problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const report: Report = (code, line, field, message, more) => {
    const { number, text: lineText } = line;
    const length = Math.max(1, field.text.length);
    const place = {
      kind: 'file',
      file,
      line: number,
      column: field.column,
      lineText,
      length,
    } as const;
    problems.push({ code, path: '', place, message, ...more });
  };
  const [header, ...rows] = linesOf(text);
  if (header === undefined) {
    const line = { number: 1, text: '', fields: [] };
    report('empty', line, { text: '', column: 1 }, 'the file holds no matrix');
    return { matrix: { regions: [], cells: [] }, problems };
  }
  const regions = readHeader(header, report);
  const cells = rows.flatMap((row) => readRow(row, regions, report));
  reportRepeatedRows(rows, report);
  return { matrix: { regions, cells }, problems };
}

type Report = (
  code: ProblemCode,
  line: Line,
  field: Field,
  message: string,
  more?: Pick<ConfigProblem, 'expected' | 'suggestion'>,
) => void;

function linesOf(text: string): Line[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, text: line, fields: fieldsOf(line) }))
    .filter((line) => line.text.trim() !== '' && !line.text.trimStart().startsWith('#'));
}

/** Fields hold neither commas nor quotes, so a comma always parts them; quotes around are dropped. */
function fieldsOf(line: string): Field[] {
  let column = 1;
  return line.split(',').map((part) => {
    const lead = /^\s*"?\s*/.exec(part)?.[0].length ?? 0;
    const text = part.slice(lead).replace(/\s*"?\s*$/, '');
    const field = { text, column: column + (text === '' ? 0 : lead) };
    column += part.length + 1;
    return field;
  });
}

function readHeader(header: Line, report: Report): string[] {
  const names = header.fields.slice(1);
  if (names.length === 0) {
    const field = header.fields[0] ?? { text: '', column: 1 };
    report('wrong-form', header, field, 'the first line names no region that packets go to', {
      expected: 'a line such as from,eu,us,asia',
    });
  }
  for (const [index, field] of names.entries()) {
    if (!nameSchema.safeParse(field.text).success) {
      const message = `${describeValue(field.text)} cannot be the name of a region`;
      report('wrong-form', header, field, message, { expected: nameForm });
    } else if (names.findIndex(({ text }) => text === field.text) !== index) {
      report('duplicate-key', header, field, `the region ${field.text} has a column already`);
    }
  }
  return names.map(({ text }) => text);
}

function readRow(row: Line, regions: readonly string[], report: Report): MatrixCell[] {
  const [first = { text: '', column: 1 }, ...values] = row.fields;
  const from = first.text;
  if (!regions.includes(from)) {
    const suggestion = nearest(from.slice(0, 60), regions);
    report('unknown-key', row, first, `the first line names no region ${describeValue(from)}`, {
      expected: `one of ${regions.join(', ')}`,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  }
  if (values.length !== regions.length) {
    const message = `this row has ${values.length} values for ${regions.length} regions`;
    report('wrong-form', row, first, message, {
      expected: 'as many values as the first line has regions; empty ones count',
    });
    return [];
  }
  return values.flatMap((field, index): MatrixCell[] => {
    const to = regions[index] ?? '';
    if (field.text === '' || field.text === '-') return [];
    const profile = readCell(field, row, report);
    return profile === undefined ? [] : [{ from, to, profile }];
  });
}

function readCell(field: Field, row: Line, report: Report): RawProfile | undefined {
  // A plain number is ms here: that is how such tables are published.
  const text = /^[\d.]+$/.test(field.text) ? `${field.text}ms` : field.text;
  const parsed = profileText.safeParse(text);
  if (parsed.success) return parsed.data;
  const suggestion = nearest(field.text.slice(0, 60), profileNames);
  const [issue] = parsed.error.issues;
  const why = issue?.message ?? '';
  const code = codeOf(issue?.code === 'custom' ? issue.params?.problem : undefined);
  const message = `found ${describeValue(field.text)}${why === '' ? '' : `: ${why}`}`;
  report(code, row, field, message, {
    expected: cellForm,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
  return undefined;
}

function reportRepeatedRows(rows: readonly Line[], report: Report): void {
  const seen = new Set<string>();
  for (const row of rows) {
    const [first] = row.fields;
    if (first === undefined) continue;
    if (seen.has(first.text)) {
      report('duplicate-key', row, first, `the region ${first.text} has a row already`);
    }
    seen.add(first.text);
  }
}
