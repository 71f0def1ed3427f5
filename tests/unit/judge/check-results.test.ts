import { describe, expect, it } from '@jest/globals';
import { checkResults } from '../../../controller/src/judge/check-results.ts';
import type { EncodedHistogram, NodeResults } from '../../../node-image/src/contract/index.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const bounds = { cores: 4, memoryBytes: 2 ** 33 };
const counts = (count: number): EncodedHistogram => ({
  encoding: 'counts',
  counts: count === 0 ? [] : [[5_000, count]],
});

function delivered(): NodeResults {
  const found = generateStoredRun().repetitions[0]?.nodes[0]?.results;
  if (found == null) throw new Error('the fixture has results');
  return found;
}

/** 126 transactions in a window of 2 s, and all else as the contract wants it. */
const sound: NodeResults = {
  ...delivered(),
  window: { startUnixMs: 1_000, endUnixMs: 3_000 },
  scheduledInWindow: 126,
  committedOfWindow: 126,
  rejectedOfWindow: 0,
  committedInWindow: 120,
  counters: { ...delivered().counters, blocksCommitted: 20, cpuMicros: 1e6, memoryBytesMax: 7e7 },
  histograms: {
    commitLatency: counts(126),
    serviceLatency: counts(126),
    sendLag: counts(126),
    blockLatency: counts(5),
  },
  series: { periodMs: 1_000, scheduled: [63, 63], committed: [57, 63] },
};

const said = (rest: Partial<NodeResults>): string[] => {
  const { impossible, disagreements } = checkResults({ ...sound, ...rest }, bounds);
  return [...impossible, ...disagreements.map(({ text }) => text)];
};
const histograms = (rest: Partial<NodeResults['histograms']>) =>
  said({ histograms: { ...sound.histograms, ...rest } });
const counters = (rest: Partial<NodeResults['counters']>) =>
  said({ counters: { ...sound.counters, ...rest } });
const series = (rest: Partial<NodeResults['series']>) =>
  said({ series: { ...sound.series, ...rest } });

describe('checkResults', () => {
  it('holds commits against the blocks that were counted, and against the window', () => {
    const commits = (blocks: number, last = 99) =>
      said({
        commits: {
          sliceMs: 20,
          slices: [
            [0, blocks - 1, 9],
            [last, 1, 0],
          ],
        },
      });
    expect(commits(20)).toEqual([]);
    expect(commits(23)).toEqual([]); // the counters were looked at a moment later
    expect(commits(24)).toEqual(['/commits/slices adds up to 24, /counters/blocksCommitted is 20']);
    expect(commits(20, 101)).toEqual([
      '/commits/slices ends with slice 101, the last of window and /commits/sliceMs is 100',
    ]);
  });

  it('finds nothing in what the contract wants, nor in an empty window', () => {
    expect(said({})).toEqual([]);
    const none = counts(0);
    expect(
      said({
        scheduledInWindow: 0,
        committedOfWindow: 0,
        committedInWindow: 0,
        histograms: {
          commitLatency: none,
          serviceLatency: none,
          sendLag: none,
          blockLatency: none,
        },
        series: { periodMs: 1_000, scheduled: [0, 0], committed: [0, 0] },
      }),
    ).toEqual([]);
  });

  it('holds histograms against their counters', () => {
    expect(histograms({ commitLatency: counts(63) })).toEqual([
      '/histograms/commitLatency holds 63, /committedOfWindow is 126',
    ]);
    expect(histograms({ serviceLatency: counts(127) })).toHaveLength(1);
    expect(histograms({ sendLag: counts(126 - 20) })).toEqual([]);
    expect(histograms({ sendLag: counts(127) })).toHaveLength(1);
    expect(histograms({ blockLatency: counts(22) })).toEqual([]);
    expect(histograms({ blockLatency: counts(23) })).toHaveLength(1);
  });

  it('says how large a difference is, over the larger number', () => {
    const { disagreements } = checkResults(
      { ...sound, histograms: { ...sound.histograms, commitLatency: counts(63) } },
      bounds,
    );
    expect(disagreements).toMatchObject([{ ratio: 0.5 }]);
  });

  it('holds series against totals and window', () => {
    expect(series({ scheduled: [63, 60] })).toEqual([
      '/series/scheduled adds up to 123, /scheduledInWindow is 126',
    ]);
    expect(series({ committed: [120, 1] })).toHaveLength(1);
    expect(series({ scheduled: [63, 63, 0] })).toEqual([]);
    expect(series({ scheduled: [63, 63, 0, 0] })).toEqual([
      '/series/scheduled has as many slices as 4, window and /series/periodMs make 2',
    ]);
  });

  it('holds parts against the whole', () => {
    expect(said({ rejectedOfWindow: 1 })).toEqual([
      '/committedOfWindow and /rejectedOfWindow together are 127, /scheduledInWindow is 126',
    ]);
    expect(counters({ cpuPeriods: 10, cpuPeriodsThrottled: 11 })).toHaveLength(1);
    expect(counters({ cpuPeriods: null, cpuPeriodsThrottled: 11 })).toEqual([]);
  });

  it('names what cannot be', () => {
    // Nanoseconds instead of microseconds.
    expect(counters({ cpuMicros: 1e9 })[0]).toMatch(/^\/counters\/cpuMicros: .*4 cores/);
    expect(counters({ memoryBytesMax: 2 ** 34 })[0]).toMatch(/^\/counters\/memoryBytesMax: /);
    expect(said({ window: { startUnixMs: 5, endUnixMs: 5 } })[0]).toMatch(/^\/window: /);
    expect(histograms({ sendLag: { encoding: 'hdr-v2', base64: 'broken' } })[0]).toMatch(
      /^\/histograms\/sendLag: /,
    );
  });
});
