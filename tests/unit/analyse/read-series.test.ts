import { describe, expect, it } from '@jest/globals';
import { readSeries, resample } from '../../../controller/src/analyse/read-series.ts';
import type { NodeResults } from '../../../node-image/src/contract/index.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const base = generateStoredRun({ withTrouble: false, sizes: [4], repetitions: 1, measureMs: 2000 })
  .repetitions[0]?.nodes[0]?.results;

function node(windowMs: number, periodMs: number, committed: number[]): NodeResults {
  if (!base) throw new Error('the fixture has a node');
  return {
    ...base,
    window: { startUnixMs: 0, endUnixMs: windowMs },
    series: { periodMs, committed, scheduled: committed },
  };
}

describe('readSeries', () => {
  it('sums the nodes and divides by the period', () => {
    const series = readSeries([node(1000, 500, [10, 20]), node(1000, 500, [1, 2])]);
    expect(series).toEqual({ periodMs: 500, txPerSec: [22, 44] });
  });

  it('counts 0 for a slice that a node does not have', () => {
    expect(readSeries([node(2000, 1000, [5, 6]), node(2000, 1000, [5])])?.txPerSec).toEqual([
      10, 6,
    ]);
  });

  it('leaves out a slice that the window covers only in part', () => {
    expect(readSeries([node(2500, 1000, [5, 6, 3])])?.txPerSec).toEqual([5, 6]);
  });

  it('gives nothing without nodes or with different periods', () => {
    expect(readSeries([])).toBeNull();
    expect(readSeries([node(1000, 500, [1, 1]), node(1000, 1000, [1])])).toBeNull();
  });
});

describe('resample', () => {
  it('averages whole slices and drops an incomplete last window', () => {
    const series = { periodMs: 250, txPerSec: [1, 2, 3, 4, 5, 6, 7, 8, 9] };
    expect(resample(series, 1000)).toEqual([2.5, 6.5]);
  });

  it('keeps slices that are longer than the window', () => {
    expect(resample({ periodMs: 2000, txPerSec: [1, 2] }, 1000)).toEqual([1, 2]);
  });
});
