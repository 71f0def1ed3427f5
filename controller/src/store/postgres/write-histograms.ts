import type { JsHistogram } from 'hdr-histogram-js';
import type { ClientBase } from 'pg';
import type { EncodedHistogram, NodeResults } from '../../../../node-image/src/contract/index.ts';
import { downedNodes } from '../../model/downed-nodes.ts';
import type { RepetitionRecord } from '../../model/record.ts';
import {
  decodeHistogram,
  describeHistogram,
  listBuckets,
  mergeHistograms,
} from '../codec/histogram-figures.ts';
import { type CopyValue, copyRows } from './copy.ts';

/** Names in the database of the histograms of the contract. */
export const histogramKinds = {
  commitLatency: 'commit',
  serviceLatency: 'service',
  sendLag: 'send-lag',
  blockLatency: 'block',
} as const satisfies Record<keyof NodeResults['histograms'], string>;

type HistogramName = keyof typeof histogramKinds;

/** As `Object.keys`, which forgets the type. */
export const histogramNames: readonly HistogramName[] = [
  'commitLatency',
  'serviceLatency',
  'sendLag',
  'blockLatency',
];

/**
 * Stores the histograms of all nodes, and per kind what they are together. Nodes that a timeline
 * took down are not part of that: their clients did not live through the window.
 */
export async function writeHistograms(
  client: ClientBase,
  key: number,
  { nodes, timeline }: Pick<RepetitionRecord, 'nodes' | 'timeline'>,
): Promise<void> {
  const downed = downedNodes(timeline);
  const rows: (readonly CopyValue[])[] = [];
  const decoded = new Map<HistogramName, JsHistogram[]>();
  for (const name of histogramNames) decoded.set(name, []);
  for (const { nodeIndex, results } of nodes) {
    if (results === null) continue;
    for (const name of histogramNames) {
      const encoded = results.histograms[name];
      const histogram = decodeHistogram(encoded);
      if (histogram !== undefined && !downed.has(nodeIndex)) decoded.get(name)?.push(histogram);
      rows.push([key, nodeIndex, histogramKinds[name], ...histogramColumns(encoded, histogram)]);
    }
  }
  await copyRows(
    client,
    `testbed.histograms (attempt_key, node_index, kind, encoding, encoded, count, mean_us, p50_us,
       p95_us, p99_us, max_us, bucket_highs_us, bucket_counts)`,
    rows,
  );
  await copyRows(
    client,
    `testbed.latencies (attempt_key, kind, nodes_merged, count, mean_us, p50_us, p95_us, p99_us,
       max_us)`,
    histogramNames.flatMap((name) => mergedRow(key, name, decoded.get(name) ?? [])),
  );
}

function histogramColumns(
  encoded: EncodedHistogram,
  histogram: JsHistogram | undefined,
): readonly CopyValue[] {
  const text = encoded.encoding === 'hdr-v2' ? encoded.base64 : JSON.stringify(encoded.counts);
  if (histogram === undefined) {
    return [encoded.encoding, text, null, null, null, null, null, null, null, null];
  }
  const figures = describeHistogram(histogram);
  const buckets = listBuckets(histogram);
  return [
    encoded.encoding,
    text,
    figures.count,
    figures.meanUs,
    figures.p50Us,
    figures.p95Us,
    figures.p99Us,
    figures.maxUs,
    buckets.highsUs,
    buckets.counts,
  ];
}

function mergedRow(
  key: number,
  name: HistogramName,
  histograms: readonly JsHistogram[],
): (readonly CopyValue[])[] {
  const merged = mergeHistograms(histograms);
  if (merged === undefined) return [];
  const figures = describeHistogram(merged);
  return [
    [
      key,
      histogramKinds[name],
      histograms.length,
      figures.count,
      figures.meanUs,
      figures.p50Us,
      figures.p95Us,
      figures.p99Us,
      figures.maxUs,
    ],
  ];
}
