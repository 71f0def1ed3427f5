import { measureRepetition } from '../analyse/measure-repetition.ts';
import type { ProgressListener } from '../model/progress.ts';
import type { RepetitionRecord } from '../model/record.ts';

/** Tells a person how a repetition went, with the figures that the report will have too. */
export function tellRepetitionEnd(
  record: RepetitionRecord,
  progress: {
    readonly position: number;
    readonly total: number;
    readonly isRepeated: boolean;
    readonly remainingMs: number;
  },
  onProgress: ProgressListener,
): void {
  const { finding } = measureRepetition(record);
  const { throughputTxPerSec, latency, successRatio } = finding.figures;
  onProgress({
    kind: 'repetition-ended',
    ...progress,
    cellId: record.cellId,
    nodeCount: record.nodeCount,
    repetition: record.repetition,
    attempt: record.attempt,
    verdict: finding.verdict,
    reasons: finding.reasons,
    throughputTxPerSec,
    latencyP50Ms: latency?.p50Ms ?? null,
    latencyP99Ms: latency?.p99Ms ?? null,
    successRatio,
  });
}
