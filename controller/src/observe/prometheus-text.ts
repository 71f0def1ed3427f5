/**
 * Reads the Prometheus text exposition format 0.0.4, and is harmless on OpenMetrics (exemplars,
 * `# EOF`, quoted UTF-8 names). Pure. A page of metrics is evidence from a stranger: a line that
 * cannot be read is counted and skipped, never fatal, and everything is bounded.
 * @see https://github.com/prometheus/docs/blob/main/docs/instrumenting/exposition_formats.md
 */

export interface MetricSample {
  readonly name: string;
  /** In order of appearance; escapes resolved. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** May be NaN, Infinity or -Infinity. */
  readonly value: number;
  /** As written: milliseconds in 0.0.4, seconds in OpenMetrics; null if absent. */
  readonly timestamp: number | null;
}

export interface MetricsPage {
  readonly samples: readonly MetricSample[];
  /** `# TYPE` lines: metric family to type. */
  readonly types: ReadonlyMap<string, string>;
  readonly linesBad: number;
  /** The first line that could not be read, with its 1-based number; null if all could. */
  readonly firstBad: { readonly line: number; readonly text: string } | null;
  /** True if the page held more than `samplesMax` samples; the rest was not read. */
  readonly truncated: boolean;
}

export interface ParseOptions {
  /** Only samples of these names are returned; others are skipped unread. Default: all. */
  readonly wanted?: ReadonlySet<string>;
  /** Default 20,000. */
  readonly samplesMax?: number;
  /** In UTF-16 code units; a longer line is a bad line. Default 8192. */
  readonly lineCharsMax?: number;
}

const SAMPLES_MAX = 20_000;
const LINE_CHARS_MAX = 8192;
const BAD_TEXT_CHARS = 120;
const LABELS_MAX = 64;

/** @returns every readable sample of `text`; never throws */
export function parsePrometheusText(text: string, options: ParseOptions = {}): MetricsPage {
  const { wanted, samplesMax = SAMPLES_MAX, lineCharsMax = LINE_CHARS_MAX } = options;
  const samples: MetricSample[] = [];
  const types = new Map<string, string>();
  let linesBad = 0;
  let firstBad: MetricsPage['firstBad'] = null;
  let lineNumber = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = lineAt(text, start, end);
    start = end + 1;
    lineNumber++;
    if (line === '') continue;
    const read = line.length > lineCharsMax ? BAD : readLine(line, wanted, types);
    if (read === SKIPPED) continue;
    if (read === BAD) {
      linesBad++;
      firstBad ??= { line: lineNumber, text: line.slice(0, BAD_TEXT_CHARS) };
    } else if (samples.length >= samplesMax) {
      return { samples, types, linesBad, firstBad, truncated: true };
    } else samples.push(read);
  }
  return { samples, types, linesBad, firstBad, truncated: false };
}

const BAD = Symbol('bad');
const SKIPPED = Symbol('skipped');
type Read = MetricSample | typeof BAD | typeof SKIPPED;

/** Position in a line; moved by the readers below. */
interface Cursor {
  readonly line: string;
  at: number;
}

/** The line without surrounding blanks and without the CR of a CRLF. */
function lineAt(text: string, start: number, end: number): string {
  return text.slice(start, end).trim();
}

function readLine(
  line: string,
  wanted: ReadonlySet<string> | undefined,
  types: Map<string, string>,
): Read {
  if (line.startsWith('#')) {
    readType(line, types);
    return SKIPPED;
  }
  const cursor: Cursor = { line, at: 0 };
  let name = readName(cursor);
  if (name !== '' && wanted !== undefined && !wanted.has(name)) return SKIPPED;
  skipBlanks(cursor);
  const labels: [string, string][] = [];
  if (line[cursor.at] === '{') {
    const quotedName = readLabels(cursor, labels, name === '');
    if (quotedName === undefined) return BAD;
    name ||= quotedName;
  }
  if (name === '') return BAD;
  if (wanted !== undefined && !wanted.has(name)) return SKIPPED;
  return readNumbers(cursor, name, labels);
}

/** The part after name and labels: a value, perhaps a timestamp, perhaps an exemplar. */
function readNumbers(cursor: Cursor, name: string, labels: [string, string][]): Read {
  const rest = cursor.line.slice(cursor.at);
  // An exemplar begins with a lone `#`; label values cannot reach here.
  const exemplar = rest.indexOf('#');
  const fields = (exemplar < 0 ? rest : rest.slice(0, exemplar)).trim().split(/[ \t]+/);
  const value = parseNumber(fields[0] ?? '');
  if (value === undefined || fields.length > 2) return BAD;
  if (fields[1] === undefined) return { name, labels, value, timestamp: null };
  const timestamp = parseNumber(fields[1]);
  if (timestamp === undefined || !Number.isFinite(timestamp)) return BAD;
  return { name, labels, value, timestamp };
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const infinity = /^[+-]?inf(?:inity)?$/i;

/** The numbers Go's ParseFloat takes, without hexadecimal ones; undefined for anything else. */
function parseNumber(text: string): number | undefined {
  if (decimal.test(text)) return Number(text);
  if (infinity.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /^nan$/i.test(text) ? Number.NaN : undefined;
}

/** `# TYPE name type`; any other comment is of no use here. */
function readType(line: string, types: Map<string, string>): void {
  const [, keyword, family, type] = line.split(/[ \t]+/, 4);
  if (keyword === 'TYPE' && family !== undefined && type !== undefined) types.set(family, type);
}

/**
 * Reads `{a="b",c="d",}`. With `mayName`, one bare quoted string is the metric's own name.
 * @returns that name, '' if there is none, or undefined if the text is not a label set
 */
function readLabels(
  cursor: Cursor,
  labels: [string, string][],
  mayName: boolean,
): string | undefined {
  const { line } = cursor;
  let metricName = '';
  cursor.at++; // {
  for (;;) {
    skipBlanks(cursor);
    if (line[cursor.at] === '}') {
      cursor.at++;
      return metricName;
    }
    if (labels.length >= LABELS_MAX) return undefined;
    const quoted = line[cursor.at] === '"';
    const name = quoted ? readQuoted(cursor) : readName(cursor);
    if (name === undefined || name === '') return undefined;
    skipBlanks(cursor);
    if (line[cursor.at] === '=') {
      cursor.at++;
      skipBlanks(cursor);
      const value = readQuoted(cursor);
      if (value === undefined) return undefined;
      labels.push([name, value]);
    } else {
      if (!quoted || !mayName || metricName !== '') return undefined;
      metricName = name;
    }
    skipBlanks(cursor);
    if (line[cursor.at] === ',') cursor.at++;
    else if (line[cursor.at] !== '}') return undefined;
  }
}

/** A metric or label name: `[a-zA-Z_:][a-zA-Z0-9_:]*`; '' if none begins here. */
function readName(cursor: Cursor): string {
  const { line } = cursor;
  const start = cursor.at;
  let at = start;
  while (at < line.length && isNameCode(line.charCodeAt(at), at > start)) at++;
  cursor.at = at;
  return line.slice(start, at);
}

function isNameCode(code: number, digitsToo: boolean): boolean {
  if (code >= 97 && code <= 122) return true; // a-z
  if (code >= 65 && code <= 90) return true; // A-Z
  if (code === 95 || code === 58) return true; // _ :
  return digitsToo && code >= 48 && code <= 57; // 0-9
}

/** A double-quoted string with the escapes `\\`, `\"` and `\n`; undefined if it is not one. */
function readQuoted(cursor: Cursor): string | undefined {
  const { line } = cursor;
  if (line[cursor.at] !== '"') return undefined;
  let value = '';
  let from = cursor.at + 1;
  for (let at = from; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 34) {
      cursor.at = at + 1;
      return value + line.slice(from, at);
    }
    if (code !== 92) continue;
    const escaped = line[at + 1];
    const character = escaped === 'n' ? '\n' : escaped === '\\' || escaped === '"' ? escaped : '';
    if (character === '') return undefined;
    value += line.slice(from, at) + character;
    at++;
    from = at + 1;
  }
  return undefined;
}

function skipBlanks(cursor: Cursor): void {
  const { line } = cursor;
  let code = line.charCodeAt(cursor.at);
  while (code === 32 || code === 9) code = line.charCodeAt(++cursor.at);
}
