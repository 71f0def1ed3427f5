import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RunId } from '../../../controller/src/model/ids.ts';
import type { OpenedStore } from '../../../controller/src/store/store.ts';
import { generateAwkwardRun } from '../../fixtures/awkward-run.ts';
import { createWorkplace, runChild, type Workplace, waitFor } from './workplace.ts';

const nowhere = 'postgres://me:geheim@127.0.0.1:1/nothing';
const { run, repetitions } = generateAwkwardRun({ seed: 9, suffix: 'aaaa', sizes: [4, 5] });
const bare = repetitions.map((one) => ({ ...one, samples: [], hostSamples: [] }));

async function saveAll(store: OpenedStore): Promise<void> {
  await store.saveRun({ ...run, status: 'running', endedAt: null });
  for (const repetition of repetitions) await store.saveRepetition(repetition);
  await store.saveRun(run);
}

describe('a store whose database is away', () => {
  /** Keeps a server for URLs to point to. */
  let host: Workplace;
  let server: OpenedStore;
  let place: Workplace;

  const url = (rest: string): string =>
    `postgresql:///testbed?host=${host.dataFolder}/postgres/socket&${rest}`;
  const good = (): string => url('user=testbed');
  const spoolFiles = async (): Promise<string[]> =>
    (await readdir(join(place.dataFolder, 'spool'))).filter((name) => name.includes('.json.gz'));

  beforeAll(async () => {
    host = await createWorkplace();
    server = await host.open();
    const settings = join(host.dataFolder, 'postgres/data/pg_hba.conf');
    const rules = await readFile(settings, 'utf8');
    await writeFile(settings, `local all guarded scram-sha-256\n${rules}`);
    await host.sql(`create role guarded login password 'right'`);
    await host.sql('select pg_reload_conf()');
  }, 120_000);

  beforeEach(async () => {
    place = await createWorkplace();
    await host.sql('delete from testbed.runs');
  });

  afterEach(async () => {
    await place.remove();
  }, 60_000);

  afterAll(async () => {
    await server.close();
    await host.remove();
  }, 60_000);

  it('keeps a whole run on disk, reads it from there, and gives it to the next that finds it', async () => {
    const away = await place.open(nowhere);
    await saveAll(away);
    expect(away.pending()).toBe(repetitions.length + 2);
    expect(place.warnings).toEqual([
      expect.stringMatching(/does not answer.*ECONNREFUSED.*spool/s),
    ]);
    expect(await away.loadRun(run.id)).toStrictEqual({ run, repetitions: bare });
    const samples = await away.loadSamples(run.id, { attempts: 'all' });
    expect(samples).toHaveLength(repetitions.flatMap((one) => one.samples).length);
    expect(await away.listRuns(5)).toEqual([expect.objectContaining({ id: run.id })]);
    await away.close();
    expect(place.warnings.at(-1)).toMatch(/records wait in .*spool/);

    const back = await place.open(good());
    await waitFor(async () => back.pending() === 0);
    expect(await spoolFiles()).toEqual([]);
    expect(await back.loadRun(run.id)).toStrictEqual({ run, repetitions: bare });
    await back.close();
    expect(await host.sql('select count(*)::int from testbed.repetitions')).toEqual([
      { count: repetitions.length },
    ]);
  }, 60_000);

  it('cannot show a run that is not on disk', async () => {
    const away = await place.open(nowhere);
    await expect(away.loadRun('20200101-000000-none' as RunId)).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.not.stringContaining('geheim'),
      hint: expect.stringContaining('DATABASE_URL'),
    });
    await expect(away.listRuns(5)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await away.close();
  }, 60_000);

  it('never shows a part of a run as the whole', async () => {
    const store = await place.open();
    await store.saveRun({ ...run, status: 'running', endedAt: null });
    for (const repetition of repetitions.slice(0, 1)) await store.saveRepetition(repetition);
    await store.close();
    // The same run goes on, and the database is gone: its folder lost its programs' version.
    await writeFile(join(place.dataFolder, 'postgres/data/PG_VERSION'), '12\n');
    const resumed = await place.open();
    for (const repetition of repetitions.slice(1)) await resumed.saveRepetition(repetition);
    await expect(resumed.loadRun(run.id)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await resumed.close();
    await writeFile(join(place.dataFolder, 'postgres/data/PG_VERSION'), '18\n');
    const whole = await place.open();
    expect((await whole.loadRun(run.id)).repetitions).toStrictEqual(bare);
    await whole.close();
  }, 60_000);

  it('writes by itself what waits when the database is back, but not in a quiet hour', async () => {
    // A server of its own, which can be taken away.
    const other = await createWorkplace();
    const first = await other.open();
    const address = `postgresql:///testbed?host=${other.dataFolder}/postgres/socket&user=testbed`;
    const store = await place.open(address);
    await store.saveRun({ ...run, status: 'running', endedAt: null });
    expect(store.pending()).toBe(0);
    const pid = await other.serverPid();
    if (pid === undefined) throw new Error('the server does not run');
    process.kill(pid, 'SIGKILL');
    await waitFor(async () => (await other.serverPid()) === undefined);
    store.setQuiet(true);
    await saveAll(store);
    expect(store.pending()).toBeGreaterThan(0);
    await expect(store.loadRun(run.id)).rejects.toMatchObject({
      message: expect.stringMatching(/partly on disk and partly in the database/),
    });
    // Any use of its own store brings that server back.
    await first.listRuns(1);
    expect(await store.loadRun(run.id)).toStrictEqual({ run, repetitions: bare });
    expect(store.pending()).toBeGreaterThan(0);
    store.setQuiet(false);
    await waitFor(async () => store.pending() === 0);
    expect((await first.loadRun(run.id)).repetitions).toStrictEqual(bare);
    await store.close();
    await first.close();
    await other.remove();
  }, 120_000);

  it('is drained by two processes at once without losing or doubling anything', async () => {
    for (const suffix of ['left', 'over']) {
      await runChild(['save', place.dataFolder, nowhere, '4', suffix]);
    }
    expect((await spoolFiles()).length).toBeGreaterThan(4);
    const results = await Promise.all(
      Array.from({ length: 3 }, () => runChild(['drain', place.dataFolder, good()])),
    );
    expect(results).toContain('pending 0');
    expect(await spoolFiles()).toEqual([]);
    const { repetitions: each } = generateAwkwardRun({ seed: 4, suffix: 'left', sizes: [4] });
    const rows = await host.sql(
      `select run_id, count(*)::int from testbed.repetitions group by run_id order by run_id`,
    );
    expect(rows.map(({ count }) => count)).toEqual([each.length, each.length]);
  }, 60_000);

  it('sets a damaged file aside, keeps it, and goes on with the others', async () => {
    const away = await place.open(nowhere);
    await saveAll(away);
    await away.close();
    const folder = join(place.dataFolder, 'spool');
    const [, victim = ''] = await spoolFiles();
    const content = await readFile(join(folder, victim));
    await writeFile(join(folder, victim), content.subarray(0, 100));
    const back = await place.open(good());
    await waitFor(async () => back.pending() === 0);
    expect(place.warnings).toContainEqual(expect.stringMatching(/cannot be read and is kept in/));
    expect(await readdir(join(folder, 'corrupt'))).toEqual([victim]);
    expect((await back.loadRun(run.id)).repetitions).toHaveLength(repetitions.length - 1);
    await back.close();
  }, 60_000);

  it('keeps the newer version when an older one arrives late', async () => {
    const away = await place.open(nowhere);
    await away.saveRun({ ...run, status: 'running', endedAt: null });
    await away.close();
    const folder = join(place.dataFolder, 'spool');
    const [name = ''] = await spoolFiles();
    const late = await readFile(join(folder, name));
    const back = await place.open(good());
    await waitFor(async () => back.pending() === 0);
    await back.saveRun(run);
    await writeFile(join(folder, name), late);
    await back.saveRun(run);
    expect((await back.loadRun(run.id)).run.status).toBe('completed');
    await back.close();
  }, 60_000);

  it.each([
    ['a wrong password', () => url('user=guarded&password=falsch'), /password/],
    ['no password', () => url('user=guarded'), /password/],
    ['an unknown user', () => `${url('user=nobody-here')}`, /nobody-here/],
    ['another database', () => good().replace('/testbed?', '/not-there?'), /not-there/],
    ['something that is no Postgres URL', () => 'mysql://geheim@host/db', /not a Postgres URL/],
  ])(
    'refuses %s at once, with a hint and without the password',
    async (_what, make, words) => {
      const opening = place.open(make());
      await expect(opening).rejects.toMatchObject({
        code: 'DATABASE_UNAVAILABLE',
        message: expect.stringMatching(words),
        hint: expect.stringMatching(/DATABASE_URL|postgres:/),
      });
      await expect(opening).rejects.not.toMatchObject({
        message: expect.stringContaining('falsch'),
      });
    },
    60_000,
  );

  it('takes a password that is right', async () => {
    await host.sql('grant all on database testbed to guarded');
    await host.sql('grant usage on schema testbed to guarded');
    await host.sql('grant select on all tables in schema testbed to guarded');
    const store = await place.open(url('user=guarded&password=right'));
    expect(await store.listRuns(1)).toEqual([]);
    expect(store.location).not.toContain('right');
    await store.close();
  }, 60_000);
});
