import { describe, expect, it } from '@jest/globals';
import {
  decodeHistogram,
  mergeHistograms,
} from '../../../../controller/src/model/latency-histogram.ts';
import {
  describeHistogram,
  listBuckets,
} from '../../../../controller/src/store/codec/histogram-figures.ts';
import { encodeLatencies } from '../../../fixtures/encode-latencies.ts';

const values = Array.from({ length: 5_000 }, (_, index) => 100 + index * 37);

describe.each(['hdr-v2', 'counts'] as const)('a histogram encoded as %s', (encoding) => {
  it('has percentiles within three digits of the values', () => {
    const histogram = decodeHistogram(encodeLatencies(values, encoding), 'node n0');
    const figures = describeHistogram(histogram);
    expect(figures.count).toBe(5_000);
    for (const [figure, ratio] of [
      [figures.p50Us, 0.5],
      [figures.p95Us, 0.95],
      [figures.p99Us, 0.99],
      [figures.maxUs, 1],
    ] as const) {
      const exact = values[Math.ceil(ratio * values.length) - 1] ?? 0;
      expect(figure).toBeGreaterThanOrEqual(exact);
      expect(figure).toBeLessThanOrEqual(exact * 1.001);
    }
  });

  it('has buckets from which count and percentiles can be computed again', () => {
    const histogram = decodeHistogram(encodeLatencies(values, encoding), 'node n0');
    const { highsUs, counts } = listBuckets(histogram);
    let reached = 0;
    const position = counts.findIndex((count) => {
      reached += count;
      return reached >= Math.ceil(0.95 * 5_000);
    });
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5_000);
    expect(highsUs[position]).toBe(describeHistogram(histogram).p95Us);
    expect(highsUs.at(-1)).toBe(describeHistogram(histogram).maxUs);
  });
});

describe('describeHistogram', () => {
  it('says of merged parts what it says of the whole', () => {
    const parts = [values.slice(0, 100), values.slice(100)].map((part) =>
      decodeHistogram(encodeLatencies(part, 'hdr-v2'), 'node n0'),
    );
    const whole = decodeHistogram(encodeLatencies(values, 'counts'), 'all');
    expect(describeHistogram(mergeHistograms(parts))).toEqual(describeHistogram(whole));
  });

  it('says nothing about an empty histogram', () => {
    const histogram = decodeHistogram({ encoding: 'counts', counts: [] }, 'node n0');
    expect(describeHistogram(histogram)).toEqual({
      count: 0,
      meanUs: null,
      p50Us: null,
      p95Us: null,
      p99Us: null,
      maxUs: null,
    });
    expect(listBuckets(histogram)).toEqual({ highsUs: [], counts: [] });
  });
});
