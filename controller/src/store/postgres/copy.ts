import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { encodeText } from '../codec/text.ts';

/** What a column can be given; arrays become Postgres arrays of one dimension. */
export type CopyValue =
  | null
  | string
  | number
  | boolean
  | Date
  | readonly number[]
  | readonly string[]
  | readonly Date[];

/** Bytes per message: large enough to keep system calls rare, small enough to keep memory flat. */
const chunkCharacters = 1 << 18;

/**
 * Loads rows with COPY in text format, in the order given, inside the caller's transaction.
 * @param target table with its columns, `testbed.events (attempt_key, at)`; never from input
 * @returns number of rows
 */
export async function copyRows(
  client: ClientBase,
  target: string,
  rows: Iterable<readonly CopyValue[]>,
): Promise<number> {
  const iterator = rows[Symbol.iterator]();
  let next = iterator.next();
  if (next.done === true) return 0;
  const stream = client.query(copyFrom(`COPY ${target} FROM STDIN`));
  const failed = new Promise<never>((_resolve, reject) => stream.once('error', reject));
  // Awaited only through the races below; a failure between two of them must not go unhandled.
  failed.catch(() => undefined);
  let count = 0;
  while (next.done !== true) {
    let chunk = '';
    while (next.done !== true && chunk.length < chunkCharacters) {
      chunk += encodeRow(next.value);
      count++;
      next = iterator.next();
    }
    const written = new Promise<void>((resolve) => stream.write(chunk, () => resolve()));
    await Promise.race([written, failed]);
  }
  const finished = new Promise<void>((resolve) => stream.once('finish', () => resolve()));
  stream.end();
  await Promise.race([finished, failed]);
  return count;
}

/** One line of COPY text format, with its line feed. */
export function encodeRow(values: readonly CopyValue[]): string {
  let line = '';
  for (let index = 0; index < values.length; index++) {
    if (index > 0) line += '\t';
    line += encodeField(values[index] as CopyValue); // index < length
  }
  return `${line}\n`;
}

/** A timestamp as Postgres reads it; years beyond four digits and before Christ included. */
export function encodeTimestamp(at: Date): string {
  const iso = at.toISOString();
  const year = at.getUTCFullYear();
  if (year >= 1 && year <= 9999) return iso;
  const rest = iso.slice(iso.indexOf('-', 1));
  const shown = String(year <= 0 ? 1 - year : year).padStart(4, '0');
  return `${shown}${rest}${year <= 0 ? ' BC' : ''}`;
}

function encodeField(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'string') return escapeField(encodeText(value));
  if (typeof value === 'number') return encodeNumber(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value instanceof Date) return encodeTimestamp(value);
  return encodeArray(value);
}

function encodeNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

const special = /[\\\n\r\t]/;

function escapeField(text: string): string {
  if (!special.test(text)) return text;
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
}

function encodeArray(values: readonly number[] | readonly string[] | readonly Date[]): string {
  let line = '{';
  let cachedMs = Number.NaN;
  let cached = '';
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (index > 0) line += ',';
    if (typeof value === 'number') {
      line += encodeNumber(value);
    } else if (typeof value === 'string') {
      line += `"${encodeText(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
    } else if (value !== undefined) {
      // One scrape stamps many values: its text is made once.
      const ms = value.getTime();
      if (ms !== cachedMs) cached = `"${encodeTimestamp(value)}"`;
      cachedMs = ms;
      line += cached;
    }
  }
  return escapeField(`${line}}`);
}
