import { describe, expect, it } from '@jest/globals';
import { encodeRow, encodeTimestamp } from '../../../../controller/src/store/postgres/copy.ts';

describe('encodeRow', () => {
  it('separates with tabs, ends with a line feed, writes null as \\N', () => {
    expect(encodeRow([1, null, 'a', true, false])).toBe('1\t\\N\ta\tt\tf\n');
  });

  it.each([
    ['\\N', '\\\\N'],
    ['\\.', '\\\\.'],
    ['a\tb', 'a\\tb'],
    ['a\nb', 'a\\nb'],
    ['a\rb', 'a\\rb'],
    ['', ''],
    ['a\0b', 'a\u241b0b'],
  ])('escapes %j', (text, encoded) => {
    expect(encodeRow([text])).toBe(`${encoded}\n`);
  });

  it.each([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    [-0, '-0'],
    [1e21, '1e+21'],
    [5e-324, '5e-324'],
  ])('writes the number %p', (value, encoded) => {
    expect(encodeRow([value])).toBe(`${encoded}\n`);
  });

  it('quotes the members of arrays, and escapes them for both readers', () => {
    expect(encodeRow([['a"b', 'c\\d', 'e\tf', '']])).toBe('{"a\\\\"b","c\\\\\\\\d","e\\tf",""}\n');
    expect(encodeRow([[1, Number.NaN], []])).toBe('{1,NaN}\t{}\n');
    expect(encodeRow([[new Date(0), new Date(1)]])).toBe(
      '{"1970-01-01T00:00:00.000Z","1970-01-01T00:00:00.001Z"}\n',
    );
  });
});

describe('encodeTimestamp', () => {
  it.each([
    [Date.UTC(2026, 10, 23, 9, 30), '2026-11-23T09:30:00.000Z'],
    [Date.UTC(12345, 0, 2), '12345-01-02T00:00:00.000Z'],
    [new Date(0).setUTCFullYear(0), '0001-01-01T00:00:00.000Z BC'],
    [new Date(0).setUTCFullYear(-43), '0044-01-01T00:00:00.000Z BC'],
  ])('writes %p', (ms, encoded) => {
    expect(encodeTimestamp(new Date(ms))).toBe(encoded);
  });

  it('refuses a date that is none', () => {
    expect(() => encodeTimestamp(new Date(Number.NaN))).toThrow(RangeError);
  });
});
