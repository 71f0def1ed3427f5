import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import type { RunRecord, StoredRun, VerdictReason } from '../../../controller/src/model/record.ts';
import { warnOfStatistics } from '../../../controller/src/plan/statistical-warnings.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const clean = generateStoredRun({ withTrouble: false, repetitions: 3, measureMs: 5000 });

function headlineOf(run: Partial<RunRecord>): ReturnType<typeof analyseRun>['headline'] {
  return analyseRun({ ...clean, run: { ...clean.run, ...run } }).headline;
}

/** Gives every repetition of the named cells a reason. */
function troubled(cells: readonly string[], reason: VerdictReason): StoredRun {
  const repetitions = clean.repetitions.map((record) =>
    cells.includes(record.cellId)
      ? { ...record, verdict: reason.verdict, reasons: [reason] }
      : record,
  );
  return { ...clean, repetitions };
}

const lateScrapes: VerdictReason = {
  code: 'scrape-gaps',
  verdict: 'suspect',
  text: '8 % of the scrapes are missing',
  value: 0.08,
  limit: 0.05,
};

describe('headline', () => {
  it('says with numbers that all is well', () => {
    expect(headlineOf({}).kind).toBe('valid');
    expect(headlineOf({}).text).toMatch(
      /^All 4 sizes are valid: \d+ tx\/s with a median commit latency of [\d.]+ ms at n = 4, and \d+ tx\/s .* at n = 16\.$/,
    );
  });

  it('gives the stored reason of a run that failed', () => {
    const failure = { code: 'NODES_NOT_READY', message: '3 of 16 nodes were not ready in 60 s.' };
    expect(headlineOf({ status: 'failed', failure })).toEqual({
      kind: 'failed',
      text: 'The run failed after 12 of 12 repetitions: 3 of 16 nodes were not ready in 60 s.',
    });
  });

  it('does not take a run that is under way for a result', () => {
    expect(headlineOf({ status: 'running' }).text).toContain('has not ended');
  });

  it('names every suspect size and the reason at the first', () => {
    const { headline } = analyseRun(troubled(['n7', 'n16'], lateScrapes));
    expect(headline).toEqual({
      kind: 'suspect',
      text: 'Check before use: n = 7 and 16 are suspect; at n = 7, 8 % of the scrapes are missing.',
    });
  });

  it('takes the word of a node that saw safety broken', () => {
    const told: VerdictReason = {
      code: 'safety-violation',
      verdict: 'invalid',
      text: 'A node itself reports 2 violations of safety.',
      value: null,
      limit: null,
    };
    expect(analyseRun(troubled(['n7'], told)).headline).toEqual({
      kind: 'safety-violation',
      text: 'Nodes report a violation of safety themselves at n = 7 (3 repetitions with a violation).',
    });
  });

  it('puts invalid above host-limited', () => {
    const dead: VerdictReason = { ...lateScrapes, code: 'node-died', verdict: 'invalid' };
    const limited: VerdictReason = { ...lateScrapes, code: 'host-limited' };
    const both: StoredRun = {
      ...clean,
      repetitions: clean.repetitions.map(
        (record, i) =>
          (record.cellId === 'n4' ? troubled(['n4'], dead) : troubled(['n16'], limited))
            .repetitions[i] ?? record,
      ),
    };
    expect(analyseRun(both).headline.kind).toBe('invalid');
    expect(analyseRun(troubled(['n10', 'n16'], limited)).headline.text).toMatch(
      /^This host was the limit at n = 10 and 16; at n = 16 \([\d,]+ tx\/s\): 8 %/,
    );
  });
});

describe('warnings', () => {
  it('says what three short repetitions cannot support', () => {
    const { warnings } = analyseRun(clean);
    expect(warnings).toContain(
      '3 repetitions of 5 s per size: too few to compare sizes or runs (that takes 5), and too ' +
        'short to tell whether throughput held still (that takes 60 s).',
    );
    expect(
      warnings.some((text) => text.includes('kept up with the load at n = 4, 7, 10, 16')),
    ).toBe(true);
  });

  it('says that one repetition has no interval', () => {
    const single = generateStoredRun({ withTrouble: false, repetitions: 1, measureMs: 5000 });
    const { warnings, cells } = analyseRun(single);
    expect(warnings.some((text) => text.startsWith('1 repetition of 5 s per size'))).toBe(true);
    expect(cells[0]?.throughputTxPerSec?.interval).toBeNull();
    expect(cells[0]?.verdict).toBe('valid');
    expect(cells[0]?.quality).toMatchObject({ score: 0, band: 'unreliable', weakest: 'interval' });
  });

  it('says how much was not committed, and that latency leaves it out', () => {
    const { warnings } = analyseRun(generateStoredRun());
    expect(warnings.filter((text) => /^Of the transactions/.test(text))).toEqual([]);
    expect(
      warnings.some((text) =>
        /^The network was overloaded: .* 73\.\d % at n = 16\. .* leaves out what was not/.test(
          text,
        ),
      ),
    ).toBe(true);
  });

  it('says it too where the network kept up with the rate', () => {
    const repetitions = clean.repetitions.map((record) =>
      record.cellId === 'n7'
        ? {
            ...record,
            nodes: record.nodes.map((node) => ({
              ...node,
              results: node.results && {
                ...node.results,
                committedOfWindow: Math.floor(node.results.scheduledInWindow * 0.9),
              },
            })),
          }
        : record,
    );
    const { warnings } = analyseRun({ ...clean, repetitions });
    expect(
      warnings.some((text) => /^Of the transactions .*: \d+(\.\d)? % at n = 7\.$/.test(text)),
    ).toBe(true);
  });

  it('says each fact once, what was measured before what was planned', () => {
    const planned = warnOfStatistics(clean.run.plan);
    const run = { ...clean.run, warnings: [...planned, 'Four nodes share a core.'] };
    const { warnings } = analyseRun({ ...clean, run });
    expect(planned.length).toBeGreaterThan(1);
    expect(warnings.filter((text) => planned.includes(text))).toEqual([]);
    expect(warnings.at(-1)).toBe('Four nodes share a core.');
    expect(warnings[0]).toMatch(/^The network kept up/);
  });

  it('concludes nothing about load from a size of which nothing counts', () => {
    const dead: VerdictReason = { ...lateScrapes, code: 'node-died', verdict: 'invalid' };
    const { warnings } = analyseRun(troubled(['n4', 'n7', 'n10', 'n16'], dead));
    expect(warnings.filter((text) => /kept up|overloaded|held still/.test(text))).toEqual([]);
  });

  it('says that a remote host was not observed and that the tree was changed', () => {
    const run: RunRecord = {
      ...clean.run,
      hosts: clean.run.hosts.map((host) => ({ ...host, local: false })),
      provenance: { ...clean.run.provenance, gitDirty: true },
    };
    const { warnings } = analyseRun({ ...clean, run });
    expect(warnings.filter((text) => /remote|uncommitted/.test(text))).toHaveLength(2);
  });

  it('says when too few transactions were committed for a 99th percentile', () => {
    const slow = generateStoredRun({ withTrouble: false, rateTxPerSec: 20, measureMs: 5000 });
    const { warnings, cells } = analyseRun(slow);
    expect(cells[0]?.latency.p99).toBeNull();
    expect(cells[0]?.latency.p95).not.toBeNull();
    expect(warnings.some((text) => text.includes('too few for a 99th percentile'))).toBe(true);
  });
});
