import { describe, expect, it } from '@jest/globals';
import {
  parseBitRate,
  parseRatePerSec,
  parseSizeBytes,
  type Quantity,
} from '../../../controller/src/lib/units.ts';

/** What is proposed instead of a refused quantity; undefined if nothing is. */
function suggestion(parsed: Quantity): string | undefined {
  if (parsed.kind === 'ok') throw new Error('it was accepted');
  return /write (\S+)$/.exec(parsed.why)?.[1];
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
    ['1,00', undefined],
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

describe('parseSizeBytes', () => {
  it('does not take bits for bytes', () => {
    expect(suggestion(parseSizeBytes('10Mb'))).toBeUndefined();
  });
});
