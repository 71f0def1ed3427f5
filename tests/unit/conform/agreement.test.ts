import { describe, expect, it } from '@jest/globals';
import {
  findLoadFault,
  findLogDisagreement,
  findLogFault,
  findMetricFault,
  findResultsFault,
  readMetrics,
} from '../../../controller/src/conform/agreement.ts';
import type { LoadStart, NodeResults } from '../../../node-image/src/contract/index.ts';

const order: LoadStart = {
  arrivals: 'poisson',
  rateTxPerSec: 25,
  sizeBytes: 128,
  seed: 1,
  startUnixMs: 1_000_000,
  warmupMs: 500,
  measureMs: 2_000,
};
const of = (count: number): NodeResults['histograms']['sendLag'] => ({
  encoding: 'counts',
  counts: [[5_000, count]],
});
const good = {
  window: { startUnixMs: 1_000_500, endUnixMs: 1_002_500 },
  scheduledInWindow: 50,
  committedOfWindow: 48,
  rejectedOfWindow: 1,
  committedInWindow: 47,
  counters: { transactionsCommitted: 200, blocksCommitted: 40, cpuPeriods: null, messagesSent: 0 },
  histograms: {
    commitLatency: of(48),
    serviceLatency: of(48),
    sendLag: of(50),
    blockLatency: { encoding: 'counts', counts: [] },
  },
  series: { periodMs: 1_000, scheduled: [20, 30], committed: [20, 27] },
} as unknown as NodeResults; // of the counters only those that are looked at

describe('what conform holds a node to', () => {
  it('finds nothing wrong with results that agree', () => {
    expect(findResultsFault(good, order)).toBeNull();
    const late = { ...good, histograms: { ...good.histograms, sendLag: of(49) } };
    expect(findResultsFault(late, order)).toBeNull(); // one was rejected unsent
    const commits = { sliceMs: 20, slices: [[0, 1, 5] as const, [99, 40, 100] as const] };
    expect(findResultsFault({ ...good, commits } as unknown as NodeResults, order)).toBeNull();
  });

  it.each<[string, Partial<NodeResults> | object]>([
    ['/window/endUnixMs', { window: { ...good.window, endUnixMs: 1_003_000 } }],
    ['/committedInWindow', { committedInWindow: -3 }],
    ['/counters/messagesSent', { counters: { ...good.counters, messagesSent: -1 } }],
    ['/scheduledInWindow', { scheduledInWindow: 500 }],
    ['/committedOfWindow', { committedOfWindow: 50 }],
    ['/committedOfWindow', { committedOfWindow: 0 }],
    ['/counters/transactionsCommitted', { counters: { transactionsCommitted: 3 } }],
    ['/series/scheduled', { series: { ...good.series, scheduled: [20, 31] } }],
    ['/series/committed', { series: { ...good.series, committed: [50, -3] } }],
    ['/series/scheduled', { series: { ...good.series, periodMs: 100 } }],
    ['/histograms/commitLatency', { histograms: { ...good.histograms, commitLatency: of(24) } }],
    ['/histograms/sendLag', { histograms: { ...good.histograms, sendLag: of(51) } }],
    [
      '/histograms/serviceLatency',
      { histograms: { ...good.histograms, serviceLatency: { encoding: 'hdr-v2', base64: 'AA' } } },
    ],
    ['/commits/slices', { commits: { sliceMs: 20, slices: [[101, 40, 1]] } }],
    ['/commits/slices', { commits: { sliceMs: 20, slices: [[99, 70, 1]] } }],
  ])('names %s', (field, change) => {
    const results = { ...good, ...change } as NodeResults; // wrong on purpose
    expect(findResultsFault(results, order)).toMatchObject({ field });
  });

  it('wants the counts of a load to add up', () => {
    const status = {
      state: 'drain',
      scheduled: 10,
      committed: 7,
      rejected: 1,
      pending: 2,
    } as const;
    expect(findLoadFault(status)).toBeNull();
    expect(findLoadFault({ ...status, pending: 3 })).toMatchObject({ field: '/scheduled' });
    expect(findLoadFault({ ...status, committed: -1 })).toMatchObject({ field: '/committed' });
  });

  it('wants the required metrics, and no violation', () => {
    const page = (violations: number) =>
      `# TYPE x counter\nconsensus_transactions_committed_total 3\nconsensus_committed_height 2\nconsensus_safety_violations_total ${violations}\n`;
    expect(findMetricFault(readMetrics(page(0)))).toBeNull();
    const field = 'consensus_safety_violations_total';
    expect(findMetricFault(readMetrics(page(1)))).toMatchObject({ field });
    expect(findMetricFault(readMetrics('<html>'))).toEqual({
      field: 'consensus_transactions_committed_total',
      text: 'a required metric is missing',
    });
  });

  it('wants logs that ascend to their height, and are one log', () => {
    const at = (height: number, digit = 'a') => ({ height, digestHex: digit.repeat(64) });
    const log = { committedHeight: 2, digests: [at(1), at(2)] };
    expect(findLogFault(log)).toBeNull();
    expect(findLogFault({ ...log, digests: [at(2), at(1)] })).toMatchObject({
      field: '/digests/1',
    });
    expect(findLogFault({ ...log, committedHeight: 1 })).toMatchObject({ field: '/digests/1' });
    expect(findLogFault({ ...log, committedHeight: 3 })).toMatchObject({ field: '/digests' });
    expect(
      findLogFault({ ...log, digests: [at(1), { height: 2, digestHex: 'AB' }] }),
    ).toMatchObject({ field: '/digests/1' });
    expect(findLogDisagreement([log, log])).toBeNull();
    expect(findLogDisagreement([log, { ...log, digests: [at(1), at(2, 'b')] }])).toEqual({
      field: '/digests/1/digestHex',
      text: 'nodes 0 and 1 committed different blocks at height 2',
    });
    expect(findLogDisagreement([log, { committedHeight: 0, digests: [] }])).toMatchObject({
      text: expect.stringContaining('no two nodes'),
    });
  });
});
