import { describe, expect, it } from '@jest/globals';
import type { VerdictReason } from '../../../controller/src/model/record.ts';
import { buildRecord } from '../../../controller/src/run/build-record.ts';
import { noFindings } from '../../../controller/src/run/repetition-outcome.ts';
import type { RepetitionRequest } from '../../../controller/src/run/repetition-request.ts';
import { encodeLatencies } from '../../fixtures/encode-latencies.ts';
import { planOf, runId } from '../../fixtures/run-plan-harness.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const plan = planOf(1, 20_000);
const [first] = generateStoredRun().repetitions;
const delivered = (first?.nodes ?? []).flatMap(({ results }) => results ?? []);

/** What is said of a network in which every transaction is sent as late, and takes as long after. */
function reasonsOf(lateMs: number, serviceMs: number): readonly VerdictReason[] {
  const [cell] = plan.cells;
  const [planned] = plan.order;
  if (cell === undefined || planned === undefined) throw new Error('one cell, once');
  const all = (ms: number) => encodeLatencies(new Array<number>(1000).fill(ms * 1000), 'hdr-v2');
  const histograms = {
    commitLatency: all(lateMs + serviceMs),
    serviceLatency: all(serviceMs),
    sendLag: all(lateMs),
    blockLatency: all(serviceMs),
  };
  const collected = delivered.map((results, nodeIndex) => ({
    nodeIndex,
    results: { ...results, histograms },
    log: null,
    resultsError: null,
    logError: null,
  }));
  const startedAt = new Date('2026-11-23T09:30:00Z');
  const after = (ms: number): Date => new Date(startedAt.getTime() + ms);
  const outcome = {
    ...noFindings,
    ...{ startedAt, endedAt: startedAt, phases: [], events: [], failure: null },
    ...{ exits: cell.nodes.map(() => null), killed: [], error: null, removalError: null },
    window: { startAt: startedAt, measureAt: after(200), endAt: after(20_200) },
    collected,
  };
  const host = { cores: 2, memoryBytes: 2 ** 33 };
  const request = { runId, plan, cell, planned, attempt: 0, hosts: [host], allowMismatch: false };
  return buildRecord(request as unknown as RepetitionRequest, outcome, null).reasons;
}

const lateness = (lateMs: number, serviceMs: number): string[] =>
  reasonsOf(lateMs, serviceMs).flatMap(({ code, verdict }) =>
    code === 'generator-late' ? [verdict] : [],
  );

describe('buildRecord', () => {
  it('holds lateness against what a transaction takes once it is sent', () => {
    expect(delivered).toHaveLength(4);
    expect(lateness(17, 340)).toEqual([]);
    expect(lateness(17, 10)).toEqual(['suspect']);
  });

  it('lets lateness not raise the limit that it is held against', () => {
    // A tenth of 310 ms is less than 33 ms; a tenth of what it is from the due time is more.
    expect(lateness(33, 310)).toEqual(['suspect']);
    expect(lateness(900, 10)).toEqual(['invalid']);
  });
});
