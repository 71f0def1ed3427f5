import { describe, expect, it } from '@jest/globals';
import type { RepetitionRecord, SampleRecord } from '../../../../controller/src/model/record.ts';
import {
  collectWaiting,
  listWaiting,
  overlayRun,
  overlaySeries,
} from '../../../../controller/src/store/spool/waiting-records.ts';
import { generateAwkwardRun } from '../../../fixtures/awkward-run.ts';

const { run, repetitions } = generateAwkwardRun({ seed: 5, suffix: 'aaaa', sizes: [4, 5, 6, 7] });
const savedAt = new Date(0);
const bare = repetitions.map((record) => ({ ...record, samples: [], hostSamples: [] }));
const [first, second] = repetitions as [RepetitionRecord, RepetitionRecord];

describe('collectWaiting', () => {
  it('keeps the later of two versions', () => {
    const waiting = collectWaiting([
      { kind: 'run', savedAt, record: { ...run, status: 'running' } },
      { kind: 'repetition', savedAt, record: first },
      { kind: 'run', savedAt, record: run },
      { kind: 'repetition', savedAt, record: { ...first, verdict: 'invalid' } },
    ]);
    expect(waiting.run).toBe(run);
    expect(waiting.repetitions).toEqual([{ ...first, verdict: 'invalid' }]);
  });
});

describe('overlayRun', () => {
  it('is what waits if nothing is stored, without series', () => {
    expect(overlayRun(undefined, { run, repetitions })).toEqual({ run, repetitions: bare });
  });

  it('is what is stored if nothing waits', () => {
    const stored = { run, repetitions: bare };
    expect(overlayRun(stored, { run: undefined, repetitions: [] })).toEqual(stored);
  });

  it('puts waiting repetitions among the stored ones, and in place of older versions', () => {
    const stale: RepetitionRecord = { ...first, verdict: 'invalid' };
    const stored = { run: { ...run, name: 'older' }, repetitions: [stale, ...bare.slice(2)] };
    const found = overlayRun(stored, { run, repetitions: [second, first] });
    expect(found).toEqual({ run, repetitions: bare });
  });

  it('is nothing if only repetitions wait', () => {
    expect(overlayRun(undefined, { run: undefined, repetitions })).toBeUndefined();
  });
});

describe('overlaySeries', () => {
  const sample: SampleRecord = { nodeIndex: 0, at: savedAt, metric: 'm', value: 1 };
  const stored = [{ ...sample, repetitionId: first.id, attempt: 0 }];

  it('drops values of a stored attempt when a later attempt waits', () => {
    const later: RepetitionRecord = { ...first, attempt: 1, samples: [] };
    const waiting = { run, repetitions: [later] };
    expect(overlaySeries(stored, waiting, {}, ({ samples }) => samples)).toEqual([]);
    expect(overlaySeries(stored, waiting, { attempts: 'all' }, ({ samples }) => samples)).toEqual(
      stored,
    );
  });

  it('takes the waiting version of an attempt that is stored too', () => {
    const newer: RepetitionRecord = { ...first, samples: [{ ...sample, value: 2 }] };
    expect(
      overlaySeries(stored, { run, repetitions: [newer] }, {}, ({ samples }) => samples),
    ).toEqual([{ ...sample, value: 2, repetitionId: first.id, attempt: first.attempt }]);
  });

  it('gives only the repetition that is asked for', () => {
    const waiting = { run, repetitions: [first, second] };
    const found = overlaySeries([], waiting, { repetitionId: second.id }, (one) => one.samples);
    expect(new Set(found.map((item) => item.repetitionId))).toEqual(new Set([second.id]));
    expect(found).toHaveLength(second.samples.length);
  });
});

describe('listWaiting', () => {
  it('counts repetitions, not attempts', () => {
    const ids = new Set(repetitions.map(({ id }) => id));
    expect(ids.size).toBeLessThan(repetitions.length);
    expect(listWaiting({ run, repetitions })).toMatchObject({
      id: run.id,
      sizes: [4, 5, 6, 7],
      repetitionsPlanned: 8,
      repetitionsDone: ids.size,
    });
  });
});
