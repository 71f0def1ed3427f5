import { describe, expect, it } from '@jest/globals';
import { readCurve, readFigures } from '../../../controller/src/analyse/read-latencies.ts';
import {
  decodeHistogram,
  mergeHistograms,
} from '../../../controller/src/model/latency-histogram.ts';
import { encodeLatencies } from '../../fixtures/encode-latencies.ts';

it('says nothing of an empty histogram', () => {
  expect(readFigures(mergeHistograms([]))).toBeNull();
  expect(readCurve(mergeHistograms([]))).toEqual([]);
});

describe('readFigures', () => {
  it.each([
    [999, null],
    [1000, 0.99],
  ])('gives %d values a 99th percentile of %p ms', (count, expected) => {
    const values = Array.from({ length: count }, (_, i) => i + 1);
    const figures = readFigures(decodeHistogram(encodeLatencies(values, 'counts'), 'n0'));
    expect(figures?.p99Ms).toBe(expected);
    expect(figures?.count).toBe(count);
  });
});

describe('readCurve', () => {
  it('rises, and stops where fewer than ten values lie beyond', () => {
    const values = Array.from({ length: 2000 }, (_, i) => i + 1);
    const curve = readCurve(decodeHistogram(encodeLatencies(values, 'counts'), 'n0'));
    const last = curve.at(-1);
    expect(2000 * (1 - (last?.ratio ?? 1))).toBeGreaterThanOrEqual(10 - 1e-9);
    expect(curve[0]?.ratio).toBe(0);
    const ms = curve.map((point) => point.ms);
    expect(ms).toEqual([...ms].sort((a, b) => a - b));
  });
});
