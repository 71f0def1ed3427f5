import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  formatPercent,
  formatRate,
  formatSpread,
  formatThreeDigits,
  formatTick,
  formatTime,
} from '../../../controller/src/report/format-value.ts';
import { drawBar, scaleFor } from '../../../controller/src/report/text-bars.ts';
import { layoutTables } from '../../../controller/src/report/text-table.ts';
import { wrapSentence } from '../../../controller/src/report/wrap-sentence.ts';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.0001, '<0.001'],
    [0.0687, '0.069'],
    [0.9996, '1.00'],
    [6.06, '6.06'],
    [9.996, '10.0'],
    [99.96, '100'],
    [2619.6, '2,620'],
    [1234567, '1,234,567'],
    [-3.456, '-3.46'],
  ])('writes %d as %s', (value, expected) => {
    expect(formatThreeDigits(value)).toBe(expected);
  });

  it('is off by at most half of the last digit it prints', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e7, noNaN: true }), (value) => {
        const printed = Number(formatThreeDigits(value).replaceAll(',', ''));
        expect(Math.abs(printed - value)).toBeLessThanOrEqual(Math.max(0.0005, value * 0.00503));
      }),
    );
  });

  it.each([
    [1, '100 %'],
    [0, '0 %'],
    [0.9999, '>99.9 %'],
    [0.0001, '<0.1 %'],
    [0.987, '98.7 %'],
    [0.5, '50 %'],
  ])('writes the ratio %d as %s', (value, expected) => {
    expect(formatPercent(value)).toBe(expected);
  });

  it('writes rates, ticks and times', () => {
    expect([2002.63, 39.66, 600, 0].map(formatRate)).toEqual(['2,003', '39.7', '600', '0']);
    expect([0.5, 2, 10, 2500, 0.25].map(formatTick)).toEqual(['0.5', '2', '10', '2,500', '0.25']);
    expect(formatTime(new Date(Date.UTC(2026, 0, 2, 3, 4, 5)))).toBe('2026-01-02 03:04:05 UTC');
  });

  it('writes an interval, its unit once, or a dash without one', () => {
    const estimate = { mean: 0.5, interval: { low: 0.4, high: 0.612 }, scale: 'linear' as const };
    expect(formatSpread({ ...estimate, values: [] }, formatPercent)).toBe('40–61.2 %');
    expect(formatSpread({ ...estimate, values: [] }, formatThreeDigits)).toBe('0.400–0.612');
    expect(formatSpread({ ...estimate, values: [], interval: null }, formatRate)).toBe('-');
    expect(formatSpread(null, formatRate)).toBe('-');
  });

  it('writes two values in the place of an interval', () => {
    const pair = { mean: 3600, interval: null, scale: 'linear' as const, values: [4300, 2900] };
    expect(formatSpread(pair, formatRate)).toBe('4,300, 2,900');
    expect(formatSpread({ ...pair, values: [0.98, 0.973] }, formatPercent)).toBe('98, 97.3 %');
    expect(formatSpread({ ...pair, values: [4300] }, formatRate)).toBe('-');
  });
});

describe('layoutTables', () => {
  const columns = ['n', 'alpha', 'beta', 'gamma'].map((heading) => ({
    heading,
    align: 'right' as const,
    cells: ['1', '22'],
  }));

  it('lines columns up', () => {
    expect(layoutTables(columns, 80)).toEqual([
      [' n  alpha  beta  gamma', ' 1      1     1      1', '22     22    22     22'],
    ]);
  });

  it('repeats the first column in every further table', () => {
    expect(layoutTables(columns, 16).map((table) => table[0])).toEqual([
      ' n  alpha  beta',
      ' n  gamma',
    ]);
  });

  it('puts a column that never fits into a table of its own', () => {
    expect(layoutTables(columns, 3)).toHaveLength(3);
    expect(layoutTables([], 80)).toEqual([]);
  });
});

describe('bars', () => {
  it('draws eighths of a character and a sliver for the smallest share', () => {
    expect(drawBar(1, 4)).toBe('████');
    expect(drawBar(0.5, 3)).toBe('█▌');
    expect(drawBar(0.0001, 10)).toBe('▏');
    expect(drawBar(0, 10)).toBe('');
  });

  it('is linear from 0 until values spread by more than 20', () => {
    expect(scaleFor([10, 200]).isLog).toBe(false);
    expect(scaleFor([10, 200]).share(50)).toBe(0.25);
    const log = scaleFor([10, 1000]);
    expect(log.isLog).toBe(true);
    expect(log.share(1000)).toBe(1);
    expect(log.share(10)).toBeCloseTo(Math.log(2) / Math.log(200), 12);
    expect(scaleFor([]).share(0)).toBe(0);
    expect(scaleFor([0, 0]).share(0)).toBe(0);
  });
});

describe('wrapSentence', () => {
  it('keeps numbers with their units', () => {
    expect(wrapSentence('Used 97 % of it', 8)).toBe('Used\n97 % of\nit');
    expect(wrapSentence('limit at n = 16 here', 12)).toBe('limit at\nn = 16 here');
  });
});
