import pg from 'pg';

const oid = { int8: 20, int8Array: 1016, numeric: 1700 };

/**
 * How values arrive: as pg does it, but 64-bit integers as numbers instead of text.
 * Throws on one beyond 2^53 rather than to return a different number.
 */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: ((id: number, format?: 'text' | 'binary') => {
    if (format === 'binary') return pg.types.getTypeParser(id, 'binary');
    if (id === oid.int8 || id === oid.numeric) return parseWhole;
    if (id === oid.int8Array) return parseWholeArray;
    return pg.types.getTypeParser(id, 'text');
    // pg's own signature is a pile of overloads that no function can satisfy literally.
  }) as pg.CustomTypesConfig['getTypeParser'],
};

function parseWhole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new RangeError(`The stored integer ${text} is larger than a JavaScript number can hold.`);
  }
  return value;
}

function parseWholeArray(text: string): number[] {
  const body = text.slice(1, -1);
  return body === '' ? [] : body.split(',').map(parseWhole);
}
