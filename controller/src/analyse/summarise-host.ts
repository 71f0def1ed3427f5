import type { HostSampleRecord } from '../model/record.ts';

/**
 * Host samples of some stretch of time as one value: ratios weighted by period, the worst of
 * what must never happen. Pure. `psi*` are null where no sample has them.
 */
export interface HostSummary {
  readonly sampleCount: number;
  /** Time the samples cover. */
  readonly coveredMs: number;
  readonly cpuBusyRatio: number;
  readonly cpuOwnRatio: number;
  readonly cpuForeignRatio: number;
  readonly cpuStealRatio: number;
  readonly psiCpuSomeRatio: number | null;
  readonly psiMemorySomeRatio: number | null;
  readonly psiIoFullRatio: number | null;
  readonly memoryAvailableBytesMin: number;
  readonly swapInPages: number;
  readonly controllerLoopDelayMsP99: number;
}

/** @returns null if there are no samples */
export function summariseHost(samples: readonly HostSampleRecord[]): HostSummary | null {
  const coveredMs = samples.reduce((sum, { periodMs }) => sum + periodMs, 0);
  if (coveredMs <= 0) return null;
  const weighted = (pick: (sample: HostSampleRecord) => number | null): number | null => {
    let sum = 0;
    let weight = 0;
    for (const sample of samples) {
      const value = pick(sample);
      if (value === null) continue;
      sum += value * sample.periodMs;
      weight += sample.periodMs;
    }
    return weight === 0 ? null : sum / weight;
  };
  return {
    sampleCount: samples.length,
    coveredMs,
    cpuBusyRatio: weighted((sample) => sample.cpuBusyRatio) ?? 0,
    cpuOwnRatio: weighted((sample) => sample.cpuOwnRatio) ?? 0,
    cpuForeignRatio: weighted((sample) => sample.cpuForeignRatio) ?? 0,
    cpuStealRatio: weighted((sample) => sample.cpuStealRatio) ?? 0,
    psiCpuSomeRatio: weighted((sample) => sample.psiCpuSomeRatio),
    psiMemorySomeRatio: weighted((sample) => sample.psiMemorySomeRatio),
    psiIoFullRatio: weighted((sample) => sample.psiIoFullRatio),
    memoryAvailableBytesMin: Math.min(...samples.map((sample) => sample.memoryAvailableBytes)),
    swapInPages: samples.reduce((sum, { swapInPages }) => sum + swapInPages, 0),
    controllerLoopDelayMsP99: weighted((sample) => sample.controllerLoopDelayMsP99) ?? 0,
  };
}

/**
 * Samples of which at least half the period lies inside the window.
 * @param window wall-clock milliseconds since 1970
 */
export function samplesInWindow(
  samples: readonly HostSampleRecord[],
  window: { readonly startUnixMs: number; readonly endUnixMs: number },
): readonly HostSampleRecord[] {
  return samples.filter(({ at, periodMs }) => {
    const middle = at.getTime() - periodMs / 2;
    return middle >= window.startUnixMs && middle < window.endUnixMs;
  });
}
