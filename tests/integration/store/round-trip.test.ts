import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RepetitionId, RunId } from '../../../controller/src/model/ids.ts';
import type { RepetitionRecord, SampleRecord } from '../../../controller/src/model/record.ts';
import { describeNetworks } from '../../../controller/src/plan/describe-network.ts';
import type { OpenedStore } from '../../../controller/src/store/store.ts';
import { generateAwkwardRun } from '../../fixtures/awkward-run.ts';
import { createWorkplace, type Workplace } from './workplace.ts';

const seed = 20_261_123;
const { run, repetitions } = generateAwkwardRun({ seed, suffix: 'aaaa' });

describe(`records in Postgres (seed ${seed})`, () => {
  let place: Workplace;
  let store: OpenedStore;

  beforeAll(async () => {
    place = await createWorkplace();
    store = await place.open();
    await store.saveRun({ ...run, status: 'running', endedAt: null, warnings: [], failure: null });
    for (const repetition of repetitions) await store.saveRepetition(repetition);
    await store.saveRun(run);
  }, 120_000);

  afterAll(async () => {
    await store.close();
    await place.remove();
  }, 60_000);

  it('come back as they were written', async () => {
    const stored = await store.loadRun(run.id);
    expect(stored.run).toStrictEqual(run);
    expect(stored.repetitions).toStrictEqual(repetitions.map(withoutSeries));
    expect(place.warnings).toEqual([]);
    expect(store.pending()).toBe(0);
  });

  it('come back with their samples, of the last attempt unless all are asked for', async () => {
    const all = await store.loadSamples(run.id, { attempts: 'all' });
    expect(all).toHaveLength(repetitions.flatMap(({ samples }) => samples).length);
    const last = repetitions.filter((one) => isLast(one));
    for (const repetition of last) {
      const found = await store.loadSamples(run.id, { repetitionId: repetition.id });
      const expected = repetition.samples.map((sample) => ({
        ...sample,
        repetitionId: repetition.id,
        attempt: repetition.attempt,
      }));
      expect(bySeries(found)).toStrictEqual(bySeries(expected));
    }
    const some = await store.loadSamples(run.id, { metrics: ['tab\tand\nline'] });
    expect(new Set(some.map(({ metric }) => metric))).toEqual(new Set(['tab\tand\nline']));
    expect(some).toHaveLength(last.flatMap(({ samples }) => samples).length / 4);
  });

  it('come back with their host samples', async () => {
    const expected = repetitions.flatMap((repetition) =>
      repetition.hostSamples.map((sample) => ({
        ...sample,
        repetitionId: repetition.id,
        attempt: repetition.attempt,
      })),
    );
    expect(await store.loadHostSamples(run.id, { attempts: 'all' })).toStrictEqual(expected);
  });

  it('are one record when they are written twice', async () => {
    const [first] = repetitions as [RepetitionRecord];
    const before = await countRows(place);
    await store.saveRun(run);
    await store.saveRepetition(first);
    expect(await countRows(place)).toEqual(before);
    expect((await store.loadRun(run.id)).repetitions[0]).toStrictEqual(withoutSeries(first));
  });

  it('are listed newest first, with attempts counted once', async () => {
    const other = generateAwkwardRun({ seed: 1, suffix: 'bbbb', sizes: [4] }).run;
    const later = { ...other, startedAt: new Date(run.startedAt.getTime() + 1000) };
    await store.saveRun(later);
    const ids = new Set(repetitions.map(({ id }) => id));
    const valid = repetitions.filter((one) => isLast(one) && one.verdict === 'valid');
    expect(await store.listRuns(10)).toStrictEqual([
      expect.objectContaining({ id: later.id, sizes: [4], repetitionsDone: 0 }),
      {
        id: run.id,
        name: run.name,
        status: run.status,
        runtime: run.runtime,
        startedAt: run.startedAt,
        endedAt: run.endedAt,
        sizes: [4, 5, 6, 7],
        varied: '',
        repetitionsPlanned: 8,
        repetitionsDone: ids.size,
        repetitionsValid: valid.length,
        shaper: 'netem',
        network: describeNetworks(run.plan),
      },
    ]);
    expect(await store.listRuns(1)).toHaveLength(1);
  });

  it('are unknown under another id', async () => {
    const id = '20200101-000000-none' as RunId;
    await expect(store.loadRun(id)).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
    expect(await store.loadSamples(id)).toEqual([]);
  });

  it('go with their run when a person deletes it', async () => {
    const doomed = generateAwkwardRun({ seed: 2, suffix: 'cccc', sizes: [4] });
    const before = await countRows(place);
    await store.saveRun(doomed.run);
    for (const repetition of doomed.repetitions) await store.saveRepetition(repetition);
    expect(await countRows(place)).not.toEqual(before);
    await place.sql('delete from testbed.runs where run_id = $1', [doomed.run.id]);
    expect(await countRows(place)).toEqual(before);
  });

  it('that Postgres cannot hold are set aside and say so, and later records go on', async () => {
    const [first] = repetitions as [RepetitionRecord];
    const id = `${run.id}/n4/99` as RepetitionId;
    await store.saveRepetition({ ...first, id, startedAt: new Date(Number.NaN) });
    expect(place.warnings.at(-1)).toMatch(/not stored and is kept in .*spool\/rejected/);
    await store.saveRepetition({ ...first, id, repetition: 99 });
    expect(store.pending()).toBe(0);
    const rows = await place.sql(
      'select repetition from testbed.repetitions where repetition_id = $1',
      [id],
    );
    expect(rows).toEqual([{ repetition: 99 }]);
  });
});

const tables =
  'runs provenance host_facts cells repetitions safety_groups verdict_reasons phases events nodes histograms latencies log_digests series host_samples link_checks link_counters network_changes disturbances drift timeline_events';

async function countRows(place: Workplace): Promise<unknown> {
  const counts = tables
    .split(' ')
    .map((table) => `(select count(*) from testbed.${table}) ${table}`);
  return place.sql(`select ${counts.join(', ')}`);
}

function withoutSeries(repetition: RepetitionRecord): RepetitionRecord {
  return { ...repetition, samples: [], hostSamples: [] };
}

function isLast({ id, attempt }: RepetitionRecord): boolean {
  return repetitions.every((other) => other.id !== id || other.attempt <= attempt);
}

/** Values of one node and metric keep their order; the series among each other need not. */
function bySeries(samples: readonly SampleRecord[]): ReadonlyMap<string, SampleRecord[]> {
  const series = new Map<string, SampleRecord[]>();
  for (const sample of samples) {
    const key = `${sample.nodeIndex} ${sample.metric}`;
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  return new Map([...series].sort(([a], [b]) => (a < b ? -1 : 1)));
}
