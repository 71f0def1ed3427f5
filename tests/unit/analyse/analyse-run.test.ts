import { describe, expect, it } from '@jest/globals';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import type { RepetitionRecord, StoredRun } from '../../../controller/src/model/record.ts';
import { resultsSchema } from '../../../node-image/src/contract/index.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const stored = generateStoredRun();
const finding = analyseRun(stored);
const [n4, n7, n10, n16] = finding.cells;

/** Replaces repetitions; the rest of the run stays. */
function withRepetitions(
  change: (record: RepetitionRecord) => RepetitionRecord | null,
  from: StoredRun = stored,
): StoredRun {
  const repetitions = from.repetitions.flatMap((record) => change(record) ?? []);
  return { run: from.run, repetitions };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('the generated run', () => {
  it('honours the contract in every node result', () => {
    const results = stored.repetitions.flatMap(({ nodes }) => nodes.map((node) => node.results));
    for (const one of results) if (one !== null) expect(resultsSchema.parse(one)).toEqual(one);
    expect(results.filter((one) => one !== null).length).toBeGreaterThan(150);
  });
});

describe('analyseRun', () => {
  it('divides what all nodes committed by the window', () => {
    const records = stored.repetitions.filter(({ cellId }) => cellId === 'n4');
    const expected = records
      .sort((a, b) => a.repetition - b.repetition)
      .map(({ nodes }) =>
        nodes.reduce((sum, { results }) => sum + (results?.committedInWindow ?? 0) / 20, 0),
      );
    expect(n4?.throughputTxPerSec?.values).toHaveLength(5);
    for (const [i, value] of expected.entries()) {
      expect(n4?.throughputTxPerSec?.values[i]).toBeCloseTo(value, 9);
    }
    expect(n4?.throughputTxPerSec?.mean).toBeCloseTo(average(expected), 9);
  });

  it('reads percentiles from the merged histogram of all nodes, not from an average', () => {
    const hdr = generateStoredRun({ encoding: 'hdr-v2', sizes: [4], repetitions: 1 });
    const first = hdr.repetitions[0];
    const parts = (first?.nodes ?? []).flatMap(({ results }) => {
      const encoded = results?.histograms.commitLatency;
      return encoded?.encoding === 'hdr-v2' ? [decodeFromCompressedBase64(encoded.base64)] : [];
    });
    const [merged, ...others] = parts;
    for (const other of others) merged?.add(other);
    const latency = analyseRun(hdr).cells[0]?.latency;
    expect(parts).toHaveLength(4);
    expect(latency?.p50?.values).toEqual([(merged?.getValueAtPercentile(50) ?? 0) / 1000]);
    expect(latency?.p99?.values).toEqual([(merged?.getValueAtPercentile(99) ?? 0) / 1000]);
    expect(latency?.mean?.values[0]).toBeCloseTo((merged?.mean ?? 0) / 1000, 9);
    expect(latency?.merged?.count).toBe(merged?.totalCount);
  });

  it('computes costs per committed transaction and per node', () => {
    const record = stored.repetitions.find(({ id }) => id.endsWith('/n10/0'));
    const nodes = (record?.nodes ?? []).flatMap(({ results }) => results ?? []);
    const total = (pick: (node: (typeof nodes)[number]) => number): number =>
      nodes.reduce((sum, node) => sum + pick(node), 0);
    const figures = n10?.repetitions[0]?.figures;
    const committed = total((node) => node.committedInWindow);
    expect(figures?.messagesPerOperation).toBe(total((n) => n.counters.messagesSent) / committed);
    expect(figures?.bytesPerOperation).toBe(total((n) => n.counters.bytesSent) / committed);
    const cores = total((n) => n.counters.cpuMicros) / 1e6 / 20 / 10;
    expect(figures?.cpuCoresPerNode).toBeCloseTo(cores, 12);
    const memory = total((n) => n.counters.memoryBytesMax) / 10;
    expect(figures?.memoryBytesPerNode).toBeCloseTo(memory, 3);
    const blocks = nodes.map((n) => n.counters.blocksCommitted).sort((a, b) => a - b);
    const middle = ((blocks[4] ?? 0) + (blocks[5] ?? 0)) / 2;
    expect(figures?.blocksPerSec).toBeCloseTo(middle / 20, 12);
    const timedOut = Math.max(...nodes.map((n) => n.counters.roundsTimedOut));
    expect(figures?.roundsTimedOut).toBe(timedOut);
    const scheduled = total((n) => n.scheduledInWindow);
    expect(figures?.successRatio).toBe(total((n) => n.committedOfWindow) / scheduled);
  });

  it('counts the last attempt of a repetition only', () => {
    expect(n10?.repetitionsDone).toBe(5);
    expect(n10?.repetitionsCounted).toBe(5);
    expect(n10?.repetitions.map(({ attempt }) => attempt)).toEqual([0, 1, 0, 0, 0]);
    expect(n10?.verdict).toBe('valid');
    expect(n10?.superseded).toHaveLength(1);
    expect(n10?.superseded[0]).toMatchObject({ repetition: 1, attempt: 0, isCounted: false });
  });

  it('leaves invalid repetitions out of the figures and keeps them in sight', () => {
    expect(n7?.repetitionsCounted).toBe(4);
    expect(n7?.throughputTxPerSec?.values).toHaveLength(4);
    expect(n7?.repetitions[4]).toMatchObject({ isCounted: false, nodesReporting: 6 });
    expect(n7?.repetitions[4]?.figures.throughputTxPerSec).toBeGreaterThan(0);
    expect(n7?.reasons[0]).toMatchObject({
      text: 'The kernel killed n3 for memory.',
      repetitions: 1,
    });
  });

  it('says first that the host was the limit', () => {
    expect(n16?.verdict).toBe('suspect');
    expect(finding.headline.kind).toBe('host-limited');
    expect(finding.headline.text).toMatch(
      /^The load was not carried at n = 16: 73.9 % of .* committed\. This host was the limit at n = 16 \(44\d tx\/s\): nodes, controller .* used 97 % of all 2 cores/,
    );
  });

  it('keeps null where nothing was delivered', () => {
    const empty = analyseRun(
      withRepetitions((record) => ({
        ...record,
        bringUpMs: null,
        nodes: record.nodes.map((node) => ({ ...node, results: null })),
      })),
    );
    const cell = empty.cells[0];
    expect(cell?.throughputTxPerSec).toBeNull();
    expect(cell?.latency).toEqual({
      shareOfDue: null,
      mean: null,
      p50: null,
      p95: null,
      p99: null,
      max: null,
      merged: null,
    });
    expect(cell?.successRatio).toBeNull();
    expect(cell?.repetitions[0]?.series).toBeNull();
  });

  it('gives a network that committed nothing a throughput of 0 and no cost per operation', () => {
    const idle = analyseRun(
      withRepetitions((record) => ({
        ...record,
        nodes: record.nodes.map((node) => ({
          ...node,
          results: node.results && {
            ...node.results,
            committedInWindow: 0,
            committedOfWindow: 0,
            histograms: {
              ...node.results.histograms,
              commitLatency: { encoding: 'counts', counts: [] },
            },
          },
        })),
      })),
    );
    const cell = idle.cells[0];
    expect(cell?.throughputTxPerSec?.mean).toBe(0);
    expect(cell?.messagesPerOperation).toBeNull();
    expect(cell?.latency.p50).toBeNull();
    expect(cell?.successRatio?.mean).toBe(0);
  });

  it('makes a repetition invalid whose histogram cannot be decoded, naming the node', () => {
    const damaged = analyseRun(
      withRepetitions((record) => ({
        ...record,
        nodes: record.nodes.map((node) => ({
          ...node,
          results:
            node.results && node.nodeIndex === 2 && record.cellId === 'n4'
              ? {
                  ...node.results,
                  histograms: {
                    ...node.results.histograms,
                    commitLatency: { encoding: 'hdr-v2', base64: 'broken' },
                  },
                }
              : node.results,
        })),
      })),
    );
    expect(damaged.headline.kind).toBe('invalid');
    expect(damaged.headline.text).toContain('No valid result at n = 4: none of 5 repetitions');
    const reason = damaged.cells[0]?.repetitions[0]?.reasons[0];
    expect(reason).toMatchObject({ code: 'results-unusable', verdict: 'invalid' });
    expect(reason?.text).toContain('node 2 cannot be used');
  });

  it('makes a repetition invalid whose window has no length', () => {
    const shortened = analyseRun(
      withRepetitions((record) => ({
        ...record,
        nodes: record.nodes.map((node) => ({
          ...node,
          results: node.results && {
            ...node.results,
            window: { startUnixMs: 1000, endUnixMs: 1000 },
          },
        })),
      })),
    );
    const first = shortened.cells[0]?.repetitions[0];
    expect(first?.reasons[0]?.text).toMatch(/^The measured window of node 0 ends \(1000\)/);
    expect(first?.figures.throughputTxPerSec).toBeNull();
  });

  it('orders the attempts that were redone by repetition and attempt', () => {
    const redone = withRepetitions((record) => record);
    const earlier = stored.repetitions
      .filter(({ cellId, attempt }) => cellId === 'n10' && attempt === 0)
      .map((record) => ({ ...record, attempt: -1 }));
    const cell = analyseRun({ ...redone, repetitions: [...redone.repetitions, ...earlier] })
      .cells[2];
    expect(cell?.superseded.map(({ repetition, attempt }) => [repetition, attempt])).toEqual([
      [0, -1],
      [1, -1],
      [1, 0],
      [2, -1],
      [3, -1],
      [4, -1],
    ]);
  });

  it('puts a safety violation above everything, even in an attempt that was redone', () => {
    const violated = analyseRun(
      withRepetitions((record) =>
        record.cellId === 'n10' && record.verdict === 'invalid'
          ? {
              ...record,
              safetyViolation: {
                height: 17,
                groups: [
                  { digestHex: 'aa', nodes: [0, 1, 2, 3, 4, 5, 6] },
                  { digestHex: 'bb', nodes: [7, 8, 9] },
                ],
              },
            }
          : record,
      ),
    );
    expect(violated.headline).toEqual({
      kind: 'safety-violation',
      text:
        'Nodes committed different logs at n = 10: at height 17 they differ, ' +
        '7 against 3 nodes (1 repetition with a violation). This host was the limit at n = 16.',
    });
    expect(violated.cells[2]?.verdict).toBe('invalid');
  });

  it('gives the same finding for the same run, whatever the order of its records', () => {
    const reversed = { run: stored.run, repetitions: [...stored.repetitions].reverse() };
    expect(analyseRun(reversed)).toEqual(finding);
  });

  it('reports cells of which nothing was done', () => {
    const none = analyseRun({
      run: { ...stored.run, status: 'interrupted' },
      repetitions: stored.repetitions.filter(({ cellId }) => cellId === 'n4'),
    });
    expect(none.headline).toEqual({
      kind: 'failed',
      text: 'The run was interrupted after 5 of 20 repetitions.',
    });
    expect(none.cells[3]).toMatchObject({ repetitionsDone: 0, verdict: 'invalid' });
    expect(none.cells[3]?.throughputTxPerSec).toBeNull();
  });

  it('gives a size of which nothing counts its figures as such, without intervals', () => {
    const spoilt = stored.repetitions.map((record) =>
      record.cellId === 'n4' ? { ...record, verdict: 'invalid' as const } : record,
    );
    const before = analyseRun(stored).cells[0];
    const [cell, other] = analyseRun({ ...stored, repetitions: spoilt }).cells;
    expect(cell).toMatchObject({ basis: 'uncounted', verdict: 'invalid', repetitionsCounted: 0 });
    expect(cell?.throughputTxPerSec?.mean).toBe(before?.throughputTxPerSec?.mean);
    expect(cell?.throughputTxPerSec?.interval).toBeNull();
    expect(cell?.latency.merged).toEqual(before?.latency.merged);
    expect(cell?.quality.score).toBe(0);
    expect(other?.basis).toBe('counted');
  });

  it('has no figures of a size that delivered nothing', () => {
    const [cell] = analyseRun({ ...stored, repetitions: [] }).cells;
    expect(cell).toMatchObject({ basis: 'none', throughputTxPerSec: null });
  });
});
