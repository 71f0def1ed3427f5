import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { RunId } from '../../../controller/src/model/ids.ts';
import { allMigrations } from '../../../controller/src/store/migrations/all-migrations.ts';
import type { Migration } from '../../../controller/src/store/migrations/migration.ts';
import { migrate } from '../../../controller/src/store/postgres/migrate.ts';
import { readRepetitions } from '../../../controller/src/store/postgres/read-repetitions.ts';
import { readListing, readRun } from '../../../controller/src/store/postgres/read-run.ts';
import { olderRun } from '../../fixtures/older-run.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';
import { createWorkplace, type Workplace } from './workplace.ts';

const versions = allMigrations.map(({ version }) => version);

const first: Migration = { version: 1, name: 'one', sql: 'create table testbed.a (x integer)' };
const second: Migration = { version: 2, name: 'two', sql: 'create table testbed.b (x integer)' };
const broken: Migration = {
  version: 2,
  name: 'broken',
  sql: 'create table testbed.c (x integer); create table testbed.c (x integer)',
};

describe('migrate', () => {
  let place: Workplace;
  let close: () => Promise<void>;
  const clients: pg.Client[] = [];

  const connect = async (user = 'testbed'): Promise<pg.Client> => {
    const host = `${place.dataFolder}/postgres/socket`;
    const client = new pg.Client({ host, port: 5432, user, database: 'fresh' });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    place = await createWorkplace();
    const store = await place.open();
    close = () => store.close();
    await place.sql('create database fresh');
    await place.sql('create role reader login');
  }, 120_000);

  afterEach(async () => {
    const client = await connect();
    await client.query('drop schema if exists testbed cascade');
    await Promise.all(clients.splice(0).map((one) => one.end()));
  });

  afterAll(async () => {
    await close();
    await place.remove();
  }, 60_000);

  it('applies what is missing, and then nothing', async () => {
    const client = await connect();
    expect(await migrate(client, [first])).toEqual([1]);
    expect(await migrate(client, [first, second])).toEqual([2]);
    expect(await migrate(client, [first, second])).toEqual([]);
  });

  it('keeps the runs of a testbed that shaped nothing, as unshaped', async () => {
    const client = await connect();
    expect(await migrate(client, allMigrations.slice(0, 2))).toEqual([1, 2]);
    const today = generateStoredRun({ sizes: [4], repetitions: 1, measureMs: 1000 }).run;
    await insertOlderRun(client, today.id, olderRun({ run: today, repetitions: [] }).run.plan);
    expect(await migrate(client)).toEqual(versions.slice(2));
    const read = await readRun(client, today.id);
    expect(read.plan).toMatchObject({ hash: today.plan.hash, shaper: 'none' });
    expect(read.provenance.claims).toEqual({ source: null, nodes: [] });
    expect(read.plan.cells[0]?.network.regionOf).toEqual([0, 0, 0, 0]);
    expect(await readListing(client, 5)).toMatchObject([{ shaper: 'none', network: '' }]);
    const rows = await client.query('select shaper from testbed.run_attempts');
    expect(rows.rows).toEqual([{ shaper: null }]);
  });

  it('leaves attempts from before timelines without events, with figures as they were', async () => {
    const client = await connect();
    await migrate(client, allMigrations.slice(0, 6));
    const today = generateStoredRun({ sizes: [4], repetitions: 1, measureMs: 1000 }).run;
    await insertOlderRun(client, today.id, olderRun({ run: today, repetitions: [] }).run.plan);
    const add = `insert into testbed.nodes (attempt_key, node_index, position, name, peer_id,
      data_address, window_start_unix_ms, window_end_unix_ms, committed_in_window,
      transactions_committed) select attempt_key, $1, $1, 'n', 'p', 'd', 0, 2000, 100, 990
      from testbed.repetitions`;
    for (const index of [0, 1]) await client.query(add, [index]);
    const figures = 'select * from testbed.run_repetitions';
    const before = await client.query(figures);
    expect(before.rows).toMatchObject([{ committed_tx_per_sec: 100, nodes_reporting: 2 }]);
    expect(await migrate(client, allMigrations.slice(0, 7))).toEqual([7]);
    expect((await client.query(figures)).rows).toEqual(before.rows);
    expect((await client.query('select * from testbed.network_commits')).rows).toEqual([]);
    await client.query('update testbed.nodes set window_start_unix_ms = null');
    await migrate(client);
    expect(await readRepetitions(client, today.id)).toMatchObject([
      { timeline: [], nodes: [{}, {}] },
    ]);
  });

  it('gives the cells of older runs their coordinates and what held in them', async () => {
    const client = await connect();
    const before = allMigrations.filter(({ version }) => version < 7);
    await migrate(client, before);
    const today = generateStoredRun({ sizes: [4, 7], repetitions: 1, measureMs: 1000 }).run;
    await insertOlderRun(client, today.id, olderRun({ run: today, repetitions: [] }).run.plan);
    await client.query(
      `insert into testbed.cells (run_id, cell_id, position, node_count, faulty_max, quorum,
         connections, repetitions_planned)
       values ($1, 'n4', 0, 4, 1, 3, 6, 1), ($1, 'n7', 1, 7, 2, 5, 21, 1)`,
      [today.id],
    );
    await migrate(client);
    const { rows } = await client.query(
      `select coordinates, shaper, network, topology, image, repetitions_done,
         c.offered_tx_per_sec = u.offered_tx_per_sec and c.measure_ms = u.measure_ms
           and c.tx_size_bytes = u.tx_size_bytes as is_of_run
       from testbed.run_cells c join testbed.runs u using (run_id, shaper, network)
       order by position`,
    );
    const held = { shaper: 'none', network: '', topology: 'full', image: 'prsm-node:local' };
    expect(rows).toEqual(
      [4, 7].map((nodes) => ({
        coordinates: { nodes },
        ...held,
        repetitions_done: nodes === 4 ? 1 : 0,
        is_of_run: true,
      })),
    );
    expect(await readListing(client, 5)).toMatchObject([{ varied: '' }]);
  });

  it('is done by one of many that start at once', async () => {
    const several = await Promise.all(Array.from({ length: 8 }, () => connect()));
    const applied = await Promise.all(several.map((client) => migrate(client)));
    expect(applied.flat().sort((a, b) => a - b)).toEqual(versions);
  });

  it('leaves nothing behind when a step fails', async () => {
    const client = await connect();
    await expect(migrate(client, [first, broken])).rejects.toThrow(/already exists/);
    const found = await client.query("select from pg_namespace where nspname = 'testbed'");
    expect(found.rowCount).toBe(0);
  });

  it('refuses a step whose text was edited', async () => {
    const client = await connect();
    await migrate(client, [first]);
    const edited = { ...first, sql: `${first.sql} ` };
    await expect(migrate(client, [edited, second])).rejects.toMatchObject({
      code: 'DATABASE_MIGRATION',
      hint: expect.stringContaining('ALTER SCHEMA'),
    });
  });

  it('refuses a schema of a newer testbed', async () => {
    const client = await connect();
    await migrate(client, [first, second]);
    await expect(migrate(client, [first])).rejects.toMatchObject({
      code: 'DATABASE_MIGRATION',
      message: expect.stringContaining('version 2'),
    });
  });

  it.each([
    ['tables of its own', 'create table testbed.runs (x integer)'],
    ['another table of migrations', 'create table testbed.migrations (id integer)'],
  ])('refuses a schema with %s', async (_what, sql) => {
    const client = await connect();
    await client.query(`create schema testbed; ${sql}`);
    await expect(migrate(client)).rejects.toMatchObject({
      code: 'DATABASE_MIGRATION',
      message: expect.stringContaining('did not make'),
    });
  });

  it('fills an empty schema that an administrator made', async () => {
    const client = await connect();
    await client.query('create schema testbed authorization reader');
    expect(await migrate(await connect('reader'))).toEqual(versions);
  });

  it('says which right is missing', async () => {
    await expect(migrate(await connect('reader'))).rejects.toMatchObject({
      code: 'DATABASE_MIGRATION',
      hint: expect.stringContaining('GRANT CREATE ON DATABASE'),
    });
  });

  it('refuses a database that cannot hold every text', async () => {
    await place.sql(`create database latin encoding 'LATIN1' template template0 locale 'C'`);
    const host = `${place.dataFolder}/postgres/socket`;
    const client = new pg.Client({ host, port: 5432, user: 'testbed', database: 'latin' });
    await client.connect();
    await expect(migrate(client)).rejects.toMatchObject({
      code: 'DATABASE_MIGRATION',
      message: expect.stringContaining('LATIN1'),
    });
    await client.end();
  });

  it('lets a reader in who may change nothing', async () => {
    await migrate(await connect());
    const owner = await connect();
    await owner.query('grant usage on schema testbed to reader');
    await owner.query('grant select on all tables in schema testbed to reader');
    expect(await migrate(await connect('reader'))).toEqual([]);
  });
});

/** A run with one attempt, with the columns of version 2. */
async function insertOlderRun(client: pg.Client, id: RunId, plan: unknown): Promise<void> {
  const { hash } = plan as { hash: string }; // made by olderRun
  await client.query(
    `insert into testbed.runs (run_id, name, status, runtime, started_at, plan_hash, seed, protocol,
       sizes, repetitions_planned, arrivals, offered_tx_per_sec, tx_size_bytes, warmup_ms,
       measure_ms, plan, warnings, saved_at)
     values ($1, 'older', 'completed', 'docker', now(), $2, 1, 'jolteon', '{4}', 1, 'poisson', 1, 1,
       1, 1, $3, '{}', now())`,
    [id, hash, JSON.stringify(plan)],
  );
  await client.query(
    `insert into testbed.provenance values ($1, '0.1.0', null, null, 1, 'v24', 'id', 'name', 'testbed')`,
    [id],
  );
  await client.query(
    `insert into testbed.host_facts values ($1, 'h', 'k', 'o', 'c', 1, 1, 1, null, null, true)`,
    [id],
  );
  await client.query(
    `insert into testbed.repetitions (repetition_id, run_id, cell_id, repetition, attempt,
       node_count, seed, started_at, ended_at, verdict, scrape_completeness, saved_at)
     values ($1 || '/n4/0', $1, 'n4', 0, 0, 4, 1, now(), now(), 'valid', 1, now())`,
    [id],
  );
}
