import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import {
  decodeHistogram,
  mergeHistograms,
} from '../../../controller/src/model/latency-histogram.ts';
import { encodeLatencies } from '../../fixtures/encode-latencies.ts';

const latencies = fc.array(fc.integer({ min: 0, max: 60_000_000 }), {
  minLength: 1,
  maxLength: 60,
});

describe('decodeHistogram', () => {
  it('decodes the vector of the HdrHistogram documentation', () => {
    const base64 = 'HISTFAAAAB542pNpmSzMwMDAxAABzFCaEUoz2X+AMIKZAEARAtM=';
    const histogram = decodeHistogram({ encoding: 'hdr-v2', base64 }, 'node n0');
    expect(histogram.count).toBe(1);
    expect(histogram.maxMs).toBe(0.042);
  });

  it('takes the highest equivalent value at rank ceil(p n)', () => {
    const counts: [number, number][] = [10, 20, 30, 40].map((value) => [value, 1]);
    const histogram = decodeHistogram({ encoding: 'counts', counts }, 'node n0');
    expect(histogram.percentileMs(50)).toBe(0.02);
    expect(histogram.percentileMs(75.0001)).toBe(0.04);
    expect(histogram.percentileMs(100)).toBe(0.04);
    expect(histogram.meanMs).toBe(0.025);
  });

  it('reads the same from both encodings, to three digits of the exact values', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const decoded = (['hdr-v2', 'counts'] as const).map((encoding) =>
          decodeHistogram(encodeLatencies(values, encoding), 'node n0'),
        );
        const sorted = [...values].sort((a, b) => a - b);
        for (const percent of [1, 50, 90, 99, 100]) {
          const exactUs = sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0;
          const [first, second] = decoded.map((one) => one.percentileMs(percent));
          expect(first).toBe(second);
          expect(Math.abs(1000 * (first ?? -1) - exactUs)).toBeLessThanOrEqual(exactUs / 1000);
        }
      }),
    );
  });

  it('keeps null for an empty histogram', () => {
    for (const encoding of ['hdr-v2', 'counts'] as const) {
      const histogram = decodeHistogram(encodeLatencies([], encoding), 'node n0');
      expect(histogram.count).toBe(0);
      expect(histogram.percentileMs(50)).toBeNull();
      expect([histogram.meanMs, histogram.maxMs]).toEqual([null, null]);
    }
  });

  it.each([
    ['no text at all', { encoding: 'hdr-v2', base64: '' }],
    ['not base64', { encoding: 'hdr-v2', base64: '%%%%' }],
    ['another format', { encoding: 'hdr-v2', base64: 'AAAAAAAAAAAAAAAAAAAA' }],
    ['a cut text', { encoding: 'hdr-v2', base64: 'HISTFAAAAB542pNpmSzMwMDA' }],
    ['far too much text', { encoding: 'hdr-v2', base64: 'A'.repeat(1_000_001) }],
    [
      'values out of order',
      {
        encoding: 'counts',
        counts: [
          [5, 1],
          [3, 1],
        ],
      },
    ],
    ['a latency of two days', { encoding: 'counts', counts: [[172_800_000_000, 1]] }],
  ] as const)('refuses %s, naming the node', (_, encoded) => {
    const decode = (): unknown =>
      // The table is read-only; the contract's type is not.
      decodeHistogram(structuredClone(encoded) as Parameters<typeof decodeHistogram>[0], 'node n7');
    expect(decode).toThrow(TestbedError);
    expect(decode).toThrow(/of node n7 cannot be used: \S/);
  });

  it('refuses fewer digits than the contract asks for, and latencies of days', () => {
    const coarse = build({ numberOfSignificantValueDigits: 2 });
    coarse.recordValue(1000);
    const slow = build({ numberOfSignificantValueDigits: 3 });
    slow.recordValue(172_800_000_000);
    for (const [histogram, why] of [
      [coarse, 'it keeps 2 significant digits'],
      [slow, 'is more than a day'],
    ] as const) {
      const base64 = encodeIntoCompressedBase64(histogram);
      expect(() => decodeHistogram({ encoding: 'hdr-v2', base64 }, 'node n7')).toThrow(why);
    }
  });

  it('refuses more values than can be counted exactly', () => {
    const counts: [number, number][] = [
      [1, Number.MAX_SAFE_INTEGER],
      [2, Number.MAX_SAFE_INTEGER],
    ];
    expect(() => decodeHistogram({ encoding: 'counts', counts }, 'node n7')).toThrow('it holds');
  });

  it('refuses any single damaged byte of the payload', () => {
    const encoded = encodeLatencies([1000, 2000, 3000, 70_000, 70_001], 'hdr-v2');
    const bytes = Buffer.from(encoded.encoding === 'hdr-v2' ? encoded.base64 : '', 'base64');
    for (let i = 8; i < bytes.length; i++) {
      const damaged = Buffer.from(bytes);
      damaged[i] = (damaged[i] ?? 0) ^ 0x41;
      const base64 = damaged.toString('base64');
      expect(() => decodeHistogram({ encoding: 'hdr-v2', base64 }, 'node n1')).toThrow('node n1');
    }
  });
});

describe('mergeHistograms', () => {
  it('equals one histogram of all values, whatever the encodings', () => {
    fc.assert(
      fc.property(latencies, latencies, (first, second) => {
        const merged = mergeHistograms([
          decodeHistogram(encodeLatencies(first, 'hdr-v2'), 'node n0'),
          decodeHistogram(encodeLatencies(second, 'counts'), 'node n1'),
        ]);
        const whole = decodeHistogram(encodeLatencies([...first, ...second], 'hdr-v2'), 'all');
        expect(merged.count).toBe(whole.count);
        for (const percent of [10, 50, 95, 99, 100]) {
          expect(merged.percentileMs(percent)).toBe(whole.percentileMs(percent));
        }
      }),
    );
  });

  it('holds more than 2^32 values', () => {
    const many = decodeHistogram({ encoding: 'counts', counts: [[1000, 3_000_000_000]] }, 'n0');
    const merged = mergeHistograms([many, many]);
    expect(merged.count).toBe(6_000_000_000);
    expect(merged.percentileMs(50)).toBe(1);
  });

  it('gives the empty histogram for no parts', () => {
    expect(mergeHistograms([]).count).toBe(0);
  });
});
