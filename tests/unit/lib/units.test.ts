import { describe, expect, it } from '@jest/globals';
import {
  formatBytes,
  formatDuration,
  formatNumber,
  parseDurationMs,
  parseRatePerSec,
  parseSizeBytes,
} from '../../../controller/src/lib/units.ts';

const ok = (value: number) => ({ kind: 'ok', value });
const refused = (why: string) =>
  expect.objectContaining({ kind: 'refused', why: expect.stringContaining(why) });

describe('parseDurationMs', () => {
  it.each([
    ['500ms', 500],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    [' 3 s ', 3000],
    ['0s', 0],
  ])('reads %s', (text, value) => {
    expect(parseDurationMs(text)).toEqual(ok(value));
  });

  it.each([
    ['5', 'no unit'],
    ['5S', 'write 5s'],
    ['5sec', 'write 5s'],
    ['5MiB', 'the units are'],
    ['-5s', 'negative'],
    ['s', 'start with a number'],
    ['', 'start with a number'],
    ['1e3s', 'not known'],
    ['5constructor', 'not known'],
  ])('refuses %s', (text, why) => {
    expect(parseDurationMs(text)).toEqual(refused(why));
  });
});

describe('parseSizeBytes', () => {
  it.each([
    ['16B', 16],
    ['0.5KiB', 512],
    ['256MiB', 268_435_456],
    ['2 GiB', 2_147_483_648],
  ])('reads %s', (text, value) => {
    expect(parseSizeBytes(text)).toEqual(ok(value));
  });

  it.each([
    ['16', 'no unit'],
    ['16b', 'write 16B'],
    ['1.5B', 'whole number'],
    ['1KB', 'write 1KiB'],
  ])('refuses %s', (text, why) => {
    expect(parseSizeBytes(text)).toEqual(refused(why));
  });
});

describe('parseRatePerSec', () => {
  it('reads a number with or without its unit', () => {
    expect(parseRatePerSec('500/s')).toEqual(ok(500));
    expect(parseRatePerSec('0.5')).toEqual(ok(0.5));
  });

  it('refuses other units', () => {
    expect(parseRatePerSec('5k/s')).toEqual(refused('write 5000/s'));
    expect(parseRatePerSec('fast')).toEqual(refused('start with a number'));
  });
});

describe('formatting', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1500, '1.5 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
  ])('says %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('says bytes in binary units', () => {
    expect([0, 512, 1536, 268_435_456, 1.2 * 1024 ** 4].map(formatBytes)).toEqual([
      '0 B',
      '512 B',
      '1.5 KiB',
      '256 MiB',
      '1.2 TiB',
    ]);
  });

  it('groups digits', () => {
    expect(formatNumber(1234567.891, 1)).toBe('1,234,567.9');
  });
});
