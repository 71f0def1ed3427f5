import { describe, expect, it } from '@jest/globals';
import {
  parseBitRate,
  parseDurationMs,
  parsePercent,
  parseRatePerSec,
  parseSizeBytes,
  type Quantity,
} from '../../../controller/src/lib/units.ts';

/** What is proposed instead of a refused quantity; undefined if nothing is. */
function suggestion(parsed: Quantity): string | undefined {
  if (parsed.kind === 'ok') throw new Error('it was accepted');
  return /write (\S+?)(?: if .*)?$/.exec(parsed.why)?.[1];
}

describe('parseRatePerSec suggests only the same rate', () => {
  it.each([
    ['1k', '1000/s'],
    ['5k/s', '5000/s'],
    ['1.1k', '1100/s'],
    ['2M/s', '2000000/s'],
    ['1,000', '1000/s'],
    ['12,345.5/s', '12345.5/s'],
    ['500 per second', '500/s'],
    ['500 tx/s', '500/s'],
    ['2ktps', '2000/s'],
    ['600/min', '10/s'],
    ['500/min', undefined],
    ['7200/h', '2/s'],
    ['1,00', '1.00/s'],
    ['1_000', '1000/s'],
    ['1 000', '1000/s'],
    ['1.000,5', '1000.5/s'],
    ['1.000.000/s', '1000000/s'],
    ['1m', undefined],
    ['5/day', undefined],
    ['1e3', undefined],
  ])('%s: %s', (text, expected) => {
    const written = suggestion(parseRatePerSec(text));
    expect(written).toBe(expected);
    if (written !== undefined) expect(parseRatePerSec(written).kind).toBe('ok');
  });
});

describe('parseBitRate suggests only the same rate', () => {
  it.each([
    ['10MB', '80Mbit'],
    ['10MBps', '80Mbit'],
    ['10MB/s', '80Mbit'],
    ['1KiB/s', '8.192kbit'],
    ['10 Mbytes/s', '80Mbit'],
    ['10Mbps', '10Mbit'],
    ['10mbit', '10Mbit'],
    ['10Mb/s', '10Mbit'],
    ['512kbps', '512kbit'],
    ['10M', '10Mbit'],
    ['10Mibit', '10.48576Mbit'],
    ['10TB', undefined],
    ['10/s', undefined],
    ['10parsec', undefined],
  ])('%s: %s', (text, expected) => {
    const written = suggestion(parseBitRate(text));
    expect(written).toBe(expected);
    if (written !== undefined) expect(parseBitRate(written).kind).toBe('ok');
  });
});

describe('parseDurationMs suggests only the same duration', () => {
  it.each([
    ['500us', '0.5ms'],
    ['1500 µs', '1.5ms'],
    ['1m30s', '90s'],
    ['1s500ms', '1500ms'],
    ['2 days', '48h'],
    ['1,5s', '1.5s'],
    ['1,000ms', '1000ms'],
    ['1 fortnight', undefined],
    ['1m30', undefined],
    ['1ns', '0.000001ms'],
    ['1.5ns', undefined],
  ])('%s: %s', (text, expected) => {
    const written = suggestion(parseDurationMs(text));
    expect(written).toBe(expected);
    if (written !== undefined) expect(parseDurationMs(written).kind).toBe('ok');
  });
});

describe('a number that may mean two things', () => {
  it('is given with both, each as it is to be written', () => {
    expect(parsePercent('0.0001')).toMatchObject({
      why: 'it has no unit; write 0.01% if it is a ratio, 0.0001% if it is a percentage',
      readings: [{ value: 0.0001 }, { value: 0.000001 }],
    });
    expect(parseBitRate('512kbps')).toMatchObject({
      why: 'the unit "kbps" is not known; write 512kbit if it is in bits, 4096kbit if it is in bytes (as tc reads it)',
    });
  });

  it('is given with what is possible where it stands', () => {
    expect(parsePercent('5')).toMatchObject({ why: expect.stringMatching(/write 5% if[^,]*$/) });
    expect(parseDurationMs('80', (ms) => ms <= 60_000)).toMatchObject({
      why: 'it has no unit; write 80ms if these are milliseconds',
    });
    expect(parsePercent('150pct', (ratio) => ratio <= 1)).toMatchObject({
      why: 'the unit "pct" is not known; 150% is beyond what is possible here',
    });
  });
});

describe('parseSizeBytes', () => {
  it('does not take bits for bytes', () => {
    expect(suggestion(parseSizeBytes('10Mb'))).toBeUndefined();
  });
});
