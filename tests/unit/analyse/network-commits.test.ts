import { describe, expect, it } from '@jest/globals';
import { measureRepetition } from '../../../controller/src/analyse/measure-repetition.ts';
import {
  coarsen,
  readCommits,
  upperMedian,
} from '../../../controller/src/analyse/network-commits.ts';
import type { NodeResults } from '../../../node-image/src/contract/index.ts';
import { eventfulRun } from '../../fixtures/eventful-run.ts';

function nodeOf(slices: [number, number, number][]): NodeResults {
  return {
    window: { startUnixMs: 0, endUnixMs: 200 },
    series: { periodMs: 100, scheduled: [], committed: [] },
    commits: { sliceMs: 20, slices },
  } as unknown as NodeResults; // nothing else is looked at
}

describe('readCommits', () => {
  it('follows the majority through a cut and what is caught up after it', () => {
    const majority = nodeOf([
      [0, 1, 5],
      [2, 1, 5],
      [2, 1, 5],
      [2, 2, 10],
    ]);
    const minority = nodeOf([
      [0, 1, 5],
      [7, 4, 20],
    ]);
    const network = readCommits([majority, minority, majority]);
    expect(network?.transactions).toEqual([5, 0, 5, 0, 5, 0, 10, 0, 0, 0]);
    expect(network?.commits).toEqual([1, 0, 1, 0, 1, 0, 2, 0, 0, 0]);
    if (network === null) throw new Error('no series');
    expect(coarsen(network, 100)).toEqual({ periodMs: 100, txPerSec: [150, 100] });
  });

  it('takes the larger of two in the middle', () => {
    expect(upperMedian([4, 1, 3, 2])).toBe(3);
    expect(upperMedian([1, 3, 2])).toBe(2);
    expect(upperMedian([])).toBeUndefined();
  });
});

describe('a repetition whose timeline took a node down', () => {
  it('has its whole throughput, and latency and success of the clients that lived', () => {
    const { repetitions } = eventfulRun();
    for (const record of repetitions) {
      const { finding, commitLatency } = measureRepetition(record);
      // 5 s of 700 tx/s and 14.4 s of 600 tx/s.
      expect(finding.figures.throughputTxPerSec).toBeCloseTo((5 * 700 + 14.4 * 600) / 20);
      const lived = record.nodes.filter(({ nodeIndex }) => nodeIndex !== 3);
      const own = lived.reduce((sum, { results }) => sum + (results?.committedOfWindow ?? 0), 0);
      expect(commitLatency.count).toBe(own);
      expect(finding.figures.successRatio).toBeCloseTo(own / (6 * 2_000));
      expect(finding.series?.txPerSec.slice(3, 8)).toEqual([700, 700, 240, 600, 600]);
    }
  });

  it('is what clients saw in any other', () => {
    const [record] = eventfulRun().repetitions;
    if (record === undefined) throw new Error('no repetition');
    const calm = measureRepetition({ ...record, timeline: [] }).finding;
    const own = record.nodes.flatMap(({ results }) => results?.committedInWindow ?? []);
    expect(calm.figures.throughputTxPerSec).toBeCloseTo(own.reduce((a, b) => a + b, 0) / 20);
    expect(calm).not.toHaveProperty('impacts');
  });
});
