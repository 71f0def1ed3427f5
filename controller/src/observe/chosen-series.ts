import { metricNames } from '../../../node-image/src/contract/index.ts';
import type { MetricSample } from './prometheus-text.ts';

/**
 * Which samples of a metrics page are kept, and under which name. Pure. Only the names of the
 * contract are kept; histograms are reduced to `_count` and `_sum`, because exact percentiles
 * come from the HDR histograms of the results and buckets would be most of the data.
 */

const histograms: ReadonlySet<string> = new Set([
  metricNames.commitLatencySeconds,
  metricNames.blockLatencySeconds,
]);

/** Sample names that are kept. */
export const chosenSampleNames: ReadonlySet<string> = new Set(
  Object.values(metricNames).flatMap((name) =>
    histograms.has(name) ? [`${name}_count`, `${name}_sum`] : [name],
  ),
);

/** Labels that say which node or run a sample is of: that is recorded beside the metric. */
const nodeLabels: ReadonlySet<string> = new Set([
  'node',
  'node_index',
  'run_id',
  'instance',
  'job',
]);

/**
 * The name a sample is stored under: the metric's, with the labels that are not the node's in
 * sorted order, as Prometheus writes them: `network_messages_sent_total{kind="vote"}`.
 */
export function seriesName(sample: MetricSample): string {
  if (sample.labels.length === 0) return sample.name;
  const kept = sample.labels
    .filter(([name]) => !nodeLabels.has(name))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  if (kept.length === 0) return sample.name;
  const written = kept.map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${sample.name}{${written.join(',')}}`;
}

/** Counters never go down in the life of a process. */
export function isCounter(sampleName: string): boolean {
  return sampleName.endsWith('_total') || sampleName.endsWith('_count');
}
