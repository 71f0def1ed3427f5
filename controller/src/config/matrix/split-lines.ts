/** The text of a table -> lines of fields: what spreadsheets and scripts write as CSV. Pure. */
import type { Field } from './raw-table.ts';

export interface SplitText {
  /** What parts the fields: a comma, a semicolon, a tab, or what `sep=` says. */
  readonly separator: string;
  /** Lines that say something, comments apart. */
  readonly lines: readonly (readonly Field[])[];
  /** The comment right before the first of them, without its `#`: some tables have a header there. */
  readonly comment: readonly Field[] | null;
  /** The first quote that is not closed on its line. */
  readonly openQuote: Field | null;
}

export function splitLines(text: string): SplitText {
  const spoken = [...text.matchAll(/[^\r\n]+/g)]
    .map(({ 0: line, index }) => withoutMark({ text: line, at: index }))
    .filter((line) => line.text.trim() !== '');
  const declared = /^\s*"?sep=(.)"?[;,\t\s]*$/i.exec(spoken[0]?.text ?? '')?.[1];
  const said = declared === undefined ? spoken : spoken.slice(1);
  const firstAt = said.findIndex((line) => !isComment(line));
  const separator = declared ?? chooseSeparator(said[firstAt]?.text ?? '');
  const split = said.filter((line) => !isComment(line)).map((line) => splitFields(line, separator));
  const before = said[firstAt - 1];
  return {
    separator,
    // A spreadsheet writes its empty rows as separators alone.
    lines: split
      .map(({ fields }) => fields)
      .filter((fields) => fields.some((field) => field.text !== '')),
    comment: before === undefined ? null : splitFields(uncomment(before), separator).fields,
    openQuote: split.find(({ openQuote }) => openQuote !== null)?.openQuote ?? null,
  };
}

/** Without the empty fields at the end of a line: many programs end every line with a separator. */
export function withoutTail(fields: readonly Field[]): readonly Field[] {
  return fields.slice(0, fields.findLastIndex((field) => field.text !== '') + 1);
}

/** The byte order mark at the start of a file. */
function withoutMark({ text, at }: Field): Field {
  return text.startsWith('\ufeff') ? { text: text.slice(1), at: at + 1 } : { text, at };
}

function isComment({ text }: Field): boolean {
  return text.trimStart().startsWith('#');
}

function uncomment({ text, at }: Field): Field {
  const lead = /^\s*#+/.exec(text)?.[0].length ?? 0;
  return { text: text.slice(lead), at: at + lead };
}

/** A comma is last: it stands in numbers and names where another one parts the fields. */
function chooseSeparator(line: string): string {
  const unquoted = line.replace(/"[^"]*"/g, '');
  return [';', '\t'].find((one) => unquoted.includes(one)) ?? ',';
}

function splitFields(
  line: Field,
  separator: string,
): { readonly fields: readonly Field[]; readonly openQuote: Field | null } {
  const fields: Field[] = [];
  let openQuote: Field | null = null;
  let start = 0;
  while (start <= line.text.length) {
    const { raw, isOpen } = takeField(line.text, start, separator);
    const lead = /^\s*"?\s*/.exec(raw)?.[0].length ?? 0;
    const isQuoted = raw.trimStart().startsWith('"');
    const body = raw.slice(lead).replace(isQuoted ? /\s*"?\s*$/ : /\s*$/, '');
    const text = isQuoted ? body.replaceAll('""', '"') : body;
    const field = { text, at: line.at + start + (text === '' ? 0 : lead) };
    fields.push(field);
    if (isOpen) openQuote ??= field;
    start += raw.length + 1;
  }
  return { fields, openQuote };
}

/** From `start` to the next separator that is not in quotes. */
function takeField(
  line: string,
  start: number,
  separator: string,
): { readonly raw: string; readonly isOpen: boolean } {
  let at = start;
  while (at < line.length && line[at] !== separator && /\s/.test(line[at] ?? '')) at++;
  let isOpen = false;
  if (line[at] === '"') {
    const quoted = /^"(?:[^"]|"")*"/.exec(line.slice(at))?.[0];
    isOpen = quoted === undefined;
    at = quoted === undefined ? line.length : at + quoted.length;
  }
  const end = line.indexOf(separator, at);
  return { raw: line.slice(start, end === -1 ? line.length : end), isOpen };
}
