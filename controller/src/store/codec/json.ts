/**
 * JSON that loses nothing of a record: dates, numbers that JSON has no word for (NaN, infinities,
 * negative zero) and typed arrays become objects with one `$` key and are revived from it.
 * Used for spool files and, with `encodeText`, for jsonb columns.
 */

export interface JsonEncoding {
  /** Applied to every string value; the identity if left out. */
  readonly text?: (text: string) => string;
}

/** @throws TypeError for what a record never holds: functions, symbols, bigint */
export function encodeJson(value: unknown, encoding: JsonEncoding = {}): string {
  const text = encoding.text ?? ((plain: string) => plain);
  return JSON.stringify(toPlain(value, text));
}

/**
 * The inverse of `encodeJson` with the inverse text function.
 * @throws SyntaxError or TypeError for text that `encodeJson` does not make
 */
export function decodeJson(json: string, encoding: JsonEncoding = {}): unknown {
  const text = encoding.text ?? ((encoded: string) => encoded);
  return fromPlain(JSON.parse(json), text);
}

/** As `decodeJson`, for a value that was parsed already (a jsonb column). */
export function reviveJson(parsed: unknown, encoding: JsonEncoding = {}): unknown {
  return fromPlain(parsed, encoding.text ?? ((encoded: string) => encoded));
}

type TextMap = (text: string) => string;

function toPlain(value: unknown, text: TextMap): unknown {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      if (!Number.isFinite(value)) return { $number: String(value) };
      return Object.is(value, -0) ? { $number: '-0' } : value;
    case 'object':
      return value === null ? null : objectToPlain(value, text);
    default:
      throw new TypeError(`A record cannot hold a ${typeof value}.`);
  }
}

function objectToPlain(value: object, text: TextMap): unknown {
  if (Array.isArray(value)) return value.map((item) => toPlain(item, text));
  if (value instanceof Date) {
    return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() };
  }
  if (value instanceof Float64Array) return { $float64: toBase64(value) };
  if (value instanceof Int32Array) return { $int32: toBase64(value) };
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([key, inner]): [string, unknown] => [text(key), toPlain(inner, text)]);
  const isAmbiguous = entries.some(([key]) => key.startsWith('$'));
  return isAmbiguous ? { $entries: entries } : Object.fromEntries(entries);
}

function fromPlain(value: unknown, text: TextMap): unknown {
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => fromPlain(item, text));
  const entries = Object.entries(value);
  const [first] = entries;
  if (first?.[0].startsWith('$') === true) return revive(first[0], first[1], text);
  return Object.fromEntries(entries.map(([key, inner]) => [text(key), fromPlain(inner, text)]));
}

function revive(tag: string, body: unknown, text: TextMap): unknown {
  if (tag === '$date') return new Date(typeof body === 'string' ? body : Number.NaN);
  if (tag === '$number') return Number(body);
  if (tag === '$float64' && typeof body === 'string') return new Float64Array(fromBase64(body));
  if (tag === '$int32' && typeof body === 'string') return new Int32Array(fromBase64(body));
  if (tag === '$entries' && Array.isArray(body)) {
    return Object.fromEntries(body.map(([key, inner]) => [text(key), fromPlain(inner, text)]));
  }
  throw new TypeError(`Unknown tag ${tag} in a stored value.`);
}

/** Bytes as the machine holds them: every platform that Node 24 runs on is little-endian. */
function toBase64(array: Float64Array | Int32Array): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
}

function fromBase64(body: string): ArrayBuffer {
  const bytes = Buffer.from(body, 'base64');
  // A copy of its own: Buffers share a pool, whose offsets need not be multiples of 8.
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
