import { expect, it } from '@jest/globals';
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import type { NodeRecord } from '../../../../controller/src/model/record.ts';
import { histogramRows } from '../../../../controller/src/store/postgres/write-histograms.ts';
import type { EncodedHistogram } from '../../../../node-image/src/contract/index.ts';
import { encodeLatencies } from '../../../fixtures/encode-latencies.ts';
import { generateStoredRun } from '../../../fixtures/stored-run.ts';

const nodes = generateStoredRun({ measureMs: 1_000, repetitions: 1 }).repetitions[0]?.nodes ?? [];
const good = encodeLatencies([1_000, 2_000], 'hdr-v2');

/** The first two nodes; the second one's commit latency is `encoded`. */
function withSecond(encoded: EncodedHistogram): NodeRecord[] {
  return nodes.slice(0, 2).map((node, index) => {
    const { results } = node;
    if (results === null) throw new Error('no results');
    const commitLatency = index === 0 ? good : encoded;
    const histograms = { ...results.histograms, commitLatency };
    return { ...node, results: { ...results, histograms } };
  });
}

function coarse(): EncodedHistogram {
  const histogram = build({ numberOfSignificantValueDigits: 2 });
  histogram.recordValue(1_000);
  return { encoding: 'hdr-v2', base64: encodeIntoCompressedBase64(histogram) };
}

const unordered: EncodedHistogram = {
  encoding: 'counts',
  counts: [
    [5, 1],
    [3, 1],
  ],
};

it.each([
  ['no histogram', { encoding: 'hdr-v2', base64: 'AAAA' } as const, 'AAAA'],
  ['one of two digits', coarse(), expect.any(String)],
  ['one out of order', unordered, '[[5,1],[3,1]]'],
])('stores %s as delivered, and leaves it out of every figure', (_, encoded, text) => {
  const { own, merged } = histogramRows(1, withSecond(encoded));
  const [, second] = own.filter(([, , kind]) => kind === 'commit');
  const nothing = new Array<null>(8).fill(null);
  expect(second).toEqual([1, 1, 'commit', encoded.encoding, text, ...nothing]);
  const [together] = merged.filter(([, kind]) => kind === 'commit');
  expect(together?.slice(0, 4)).toEqual([1, 'commit', 1, 2]);
});
