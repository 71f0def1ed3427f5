import type { ClientBase } from 'pg';
import type { EncodedHistogram } from '../../../../node-image/src/contract/index.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import { uncountedNodes } from '../../model/downed-nodes.ts';
import {
  decodeHistogram,
  type HistogramName,
  histogramNames,
  type LatencyHistogram,
  mergeHistograms,
} from '../../model/latency-histogram.ts';
import type { NodeRecord, RepetitionRecord } from '../../model/record.ts';
import { describeHistogram, listBuckets } from '../codec/histogram-figures.ts';
import { type CopyValue, copyRows } from './copy.ts';

/** Names in the database of the histograms of the contract. */
export const histogramKinds = {
  commitLatency: 'commit',
  serviceLatency: 'service',
  sendLag: 'send-lag',
  blockLatency: 'block',
} as const satisfies Record<HistogramName, string>;

export async function writeHistograms(
  client: ClientBase,
  key: number,
  record: Pick<RepetitionRecord, 'nodes' | 'timeline' | 'byzantine'>,
): Promise<void> {
  const { own, merged } = histogramRows(key, record.nodes, uncountedNodes(record));
  await copyRows(
    client,
    `testbed.histograms (attempt_key, node_index, kind, encoding, encoded, count, mean_us, p50_us,
       p95_us, p99_us, max_us, bucket_highs_us, bucket_counts)`,
    own,
  );
  await copyRows(
    client,
    `testbed.latencies (attempt_key, kind, nodes_merged, count, mean_us, p50_us, p95_us, p99_us,
       max_us)`,
    merged,
  );
}

type Rows = readonly (readonly CopyValue[])[];

/**
 * The histograms of all nodes, and per kind what they are together. What is no histogram is kept
 * as it was delivered, without figures, and has no part in what they are together; nor have nodes
 * that a timeline took down, whose clients did not live through the window, or that broke the rules.
 */
export function histogramRows(
  key: number,
  nodes: readonly NodeRecord[],
  uncounted: ReadonlySet<number> = new Set(),
): { readonly own: Rows; readonly merged: Rows } {
  const own: (readonly CopyValue[])[] = [];
  const decoded = new Map<HistogramName, LatencyHistogram[]>();
  for (const name of histogramNames) decoded.set(name, []);
  for (const { nodeIndex, results } of nodes) {
    if (results === null) continue;
    for (const name of histogramNames) {
      const encoded = results.histograms[name];
      const histogram = usable(encoded, nodeIndex);
      if (histogram !== undefined && !uncounted.has(nodeIndex)) decoded.get(name)?.push(histogram);
      own.push([key, nodeIndex, histogramKinds[name], ...histogramColumns(encoded, histogram)]);
    }
  }
  const merged = histogramNames.flatMap((name) => mergedRow(key, name, decoded.get(name) ?? []));
  return { own, merged };
}

function usable(encoded: EncodedHistogram, nodeIndex: number): LatencyHistogram | undefined {
  try {
    return decodeHistogram(encoded, `node ${nodeIndex}`);
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    return undefined;
  }
}

function histogramColumns(
  encoded: EncodedHistogram,
  histogram: LatencyHistogram | undefined,
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
  histograms: readonly LatencyHistogram[],
): (readonly CopyValue[])[] {
  if (histograms.length === 0) return [];
  const figures = describeHistogram(mergeHistograms(histograms));
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
