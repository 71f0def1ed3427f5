import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import { createRepetitionId, type RunId } from '../../../controller/src/model/ids.ts';
import type { OpenedStore } from '../../../controller/src/store/store.ts';
import { generateCrossedRun } from '../../fixtures/crossed-run.ts';
import { generateShapedRun } from '../../fixtures/shaped-run.ts';
import { createWorkplace, type Workplace } from './workplace.ts';

const path = join(import.meta.dirname, '../../../docs/database.md');
const text = await readFile(path, 'utf8');
const queries = [...text.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = '']) => sql);
const { run, repetitions } = generateShapedRun({
  sizes: [6, 7],
  repetitions: 2,
  measureMs: 2_000,
  withChanges: true,
  withTrouble: true,
});

/** For queries by coordinates; two of its cells are of one network. */
const crossed = generateCrossedRun({
  sizes: [4],
  repetitions: 2,
  measureMs: 1_000,
  withTrouble: false,
});
const crossedId = '20261123-110000-cccc' as RunId; // in the form of createRunId

/** Queries that find nothing in a run that is well, or of which no sample was stored. */
const mayBeEmpty =
  /having count\(distinct|testbed\.host_samples|testbed\.samples|not is_within|testbed\.disturbances|timeline_events|event_effects|network_commits|state <> 'kept'/;

describe('docs/database.md', () => {
  let place: Workplace;
  let store: OpenedStore;

  beforeAll(async () => {
    place = await createWorkplace();
    store = await place.open();
    await store.saveRun(run);
    for (const repetition of repetitions) await store.saveRepetition(repetition);
    await store.saveRun({ ...crossed.run, id: crossedId });
    for (const { cellId, repetition, ...record } of crossed.repetitions) {
      const id = createRepetitionId(crossedId, cellId, repetition);
      await store.saveRepetition({ ...record, cellId, repetition, id, runId: crossedId });
    }
  }, 120_000);

  afterAll(async () => {
    await store.close();
    await place.remove();
  }, 60_000);

  it.each(queries.filter((sql) => !sql.startsWith('create role')).map((sql) => [sql]))(
    'has a query that works: %s',
    async (sql) => {
      const isCrossed = sql.includes('coordinates') && !sql.includes('event_effects');
      const id = isCrossed ? crossedId : run.id;
      const rows = await place.sql(sql.replaceAll(":'run'", `'${id}'`));
      if (!mayBeEmpty.test(sql)) expect(rows.length).toBeGreaterThan(0);
    },
  );

  it('finds figures by coordinates that are those of the report', async () => {
    const rows = await place.sql<{ cell_id: string; tx: number; offered: number; image: string }>(
      `select cell_id, committed_tx_per_sec as tx, offered_tx_per_sec as offered, image
       from testbed.run_cells where run_id = '${crossedId}' and coordinates->>'network' = 'wan'
       order by (coordinates->>'load.rate')::numeric desc`,
    );
    const byId = new Map(analyseRun(crossed).cells.map((cell) => [`${cell.cellId}`, cell]));
    expect(rows.map(({ cell_id, offered }) => [cell_id, offered])).toEqual([
      ['n4-wan-r1000', 1000],
      ['n4-wan-r200', 200],
    ]);
    for (const { cell_id, tx } of rows) {
      expect(tx).toBeCloseTo(byId.get(cell_id)?.throughputTxPerSec?.mean ?? 0, 9);
    }
    const listed = await store.listRuns(5);
    expect(listed.find(({ id }) => id === crossedId)?.varied).toBe(
      'network lan | wan, rate 200 | 1000 tx/s',
    );
  });

  it('has a role that can read everything and change nothing', async () => {
    const grants = queries.find((sql) => sql.startsWith('create role'));
    await place.sql(grants ?? '');
    const host = join(place.dataFolder, 'postgres/socket');
    const reader = new pg.Client({ host, port: 5432, user: 'testbed_reader', database: 'testbed' });
    reader.on('error', () => undefined);
    await reader.connect();
    const found = await reader.query('select run_id from testbed.run_overview');
    expect(found.rows).toContainEqual({ run_id: run.id });
    await expect(reader.query('delete from testbed.runs')).rejects.toMatchObject({ code: '25006' });
    // The setting is for accidents; the missing right is what protects.
    await reader.query('set default_transaction_read_only = off');
    await expect(reader.query('delete from testbed.runs')).rejects.toMatchObject({ code: '42501' });
    await reader.end();
  });

  it('names every table and view there is, and every one has a comment', async () => {
    const rows = await place.sql<{ name: string; comment: string | null }>(
      `select relname as name, obj_description(oid, 'pg_class') as comment from pg_class
       where relnamespace = 'testbed'::regnamespace and relkind in ('r', 'v')`,
    );
    expect(rows.length).toBeGreaterThan(20);
    for (const { name, comment } of rows) {
      expect([name, text.includes(`\`${name}\``) || name === 'migrations']).toEqual([name, true]);
      expect([name, comment]).toEqual([name, expect.any(String)]);
    }
  });
});
