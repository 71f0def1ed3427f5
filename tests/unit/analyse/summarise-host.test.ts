import { describe, expect, it } from '@jest/globals';
import { samplesInWindow, summariseHost } from '../../../controller/src/analyse/summarise-host.ts';
import type { HostSampleRecord } from '../../../controller/src/model/record.ts';

function sample(endUnixMs: number, rest: Partial<HostSampleRecord> = {}): HostSampleRecord {
  return {
    host: 0,
    at: new Date(endUnixMs),
    periodMs: 1000,
    cpuBusyRatio: 0.5,
    cpuOwnRatio: 0.4,
    cpuForeignRatio: 0.1,
    cpuStealRatio: 0,
    psiCpuSomeRatio: 0.2,
    psiMemorySomeRatio: null,
    psiIoFullRatio: 0,
    memoryAvailableBytes: 1000,
    swapInPages: 0,
    controllerLoopDelayMsP99: 1,
    ...rest,
  };
}

describe('summariseHost', () => {
  it('weights by period, adds up pages, takes the least memory', () => {
    const summary = summariseHost([
      sample(1000, { cpuForeignRatio: 0, swapInPages: 2, memoryAvailableBytes: 900 }),
      sample(4000, { cpuForeignRatio: 0.4, periodMs: 3000, swapInPages: 1 }),
    ]);
    expect(summary).toMatchObject({
      sampleCount: 2,
      coveredMs: 4000,
      memoryAvailableBytesMin: 900,
      swapInPages: 3,
      psiMemorySomeRatio: null,
    });
    expect(summary?.cpuForeignRatio).toBeCloseTo(0.3);
  });

  it('leaves samples without a source out of its mean', () => {
    const summary = summariseHost([
      sample(1000, { psiCpuSomeRatio: null }),
      sample(2000, { psiCpuSomeRatio: 0.6 }),
    ]);
    expect(summary?.psiCpuSomeRatio).toBeCloseTo(0.6);
  });

  it('is null without samples', () => {
    expect(summariseHost([])).toBeNull();
  });
});

describe('samplesInWindow', () => {
  it('takes samples of which at least half lies inside', () => {
    const samples = [1000, 1400, 1500, 2000, 3000, 3499, 3500, 4000].map((end) => sample(end));
    const inside = samplesInWindow(samples, { startUnixMs: 1000, endUnixMs: 3000 });
    expect(inside.map(({ at }) => at.getTime())).toEqual([1500, 2000, 3000, 3499]);
  });
});
