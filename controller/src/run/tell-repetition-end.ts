import { decodeHistogram, mergeHistograms } from '../analyse/histogram.ts';
import type { ProgressListener } from '../model/progress.ts';
import type { RepetitionRecord } from '../model/record.ts';

/** Tells a person how a repetition went, with the figures that the report will have too. */
export function tellRepetitionEnd(
  record: RepetitionRecord,
  progress: { readonly position: number; readonly total: number; readonly remainingMs: number },
  onProgress: ProgressListener,
): void {
  const results = record.nodes.flatMap(({ results, name }) =>
    results === null ? [] : [{ results, name }],
  );
  const first = results[0]?.results.window;
  const windowS = first === undefined ? 0 : (first.endUnixMs - first.startUnixMs) / 1000;
  const committed = results.reduce((sum, one) => sum + one.results.committedInWindow, 0);
  const latency = mergeHistograms(
    results.map((one) => decodeHistogram(one.results.histograms.commitLatency, one.name)),
  );
  onProgress({
    kind: 'repetition-ended',
    ...progress,
    cellId: record.cellId,
    nodeCount: record.nodeCount,
    repetition: record.repetition,
    verdict: record.verdict,
    reasons: record.reasons,
    throughputTxPerSec: windowS > 0 ? committed / windowS : null,
    latencyP50Ms: latency === null || latency.count === 0 ? null : latency.percentileMs(50),
    latencyP99Ms: latency === null || latency.count === 0 ? null : latency.percentileMs(99),
  });
}
