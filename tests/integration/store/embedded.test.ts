import { type ChildProcess, spawn } from 'node:child_process';
import { lstat, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createPrng } from '../../../controller/src/lib/prng.ts';
import { systemClock } from '../../../controller/src/lib/system-clock.ts';
import { stopForsakenServer } from '../../../controller/src/store/embedded/embedded-source.ts';
import { openDatabaseForPeople } from '../../../controller/src/store/embedded/open-for-people.ts';
import { openStore } from '../../../controller/src/store/open-store.ts';
import { generateAwkwardRun } from '../../fixtures/awkward-run.ts';
import { createWorkplace, isRunning, runChild, type Workplace, waitFor } from './workplace.ts';

const { run, repetitions } = generateAwkwardRun({ seed: 3, suffix: 'aaaa', sizes: [4] });
const bare = repetitions.map((one) => ({ ...one, samples: [], hostSamples: [] }));

describe('our own server', () => {
  let place: Workplace;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    place = await createWorkplace();
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await place.remove();
  }, 60_000);

  /** A process that has the store open until its input ends. */
  const holdOpen = async (): Promise<ChildProcess> => {
    const script = join(import.meta.dirname, 'store-child.ts');
    const child = spawn(process.execPath, [script, 'hold', place.dataFolder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += String(chunk);
    });
    await waitFor(async () => output.includes('open'));
    return child;
  };

  it('keeps what was written when it is stopped and started', async () => {
    const store = await place.open();
    await store.saveRun(run);
    await store.close();
    expect(await place.serverPid()).toBeUndefined();
    const again = await place.open();
    expect((await again.loadRun(run.id)).run).toStrictEqual(run);
    await again.close();
  }, 60_000);

  it.each([0, 40, 150, 600, 1_500])(
    'gives up opening when told to, %i ms after its start, and leaves nothing half made',
    async (afterMs) => {
      const reason = new Error('Ctrl-C');
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(reason), afterMs);
      const opening = openStore(
        { dataFolder: place.dataFolder },
        { clock: systemClock, signal: stop.signal, onWarning: () => undefined },
      );
      const outcome = await opening.then(
        (store) => store.close(),
        (error: unknown) => error,
      );
      clearTimeout(timer);
      // A fast machine may be done before it is told.
      if (outcome !== undefined) expect(outcome).toBe(reason);
      if (afterMs === 0) expect(outcome).toBe(reason);
      expect(await place.serverPid()).toBeUndefined();
      const names = await readdir(join(place.dataFolder, 'postgres')).catch(() => []);
      expect(names.filter((name) => name.startsWith('data.new-'))).toEqual([]);
    },
    60_000,
  );

  it('is stopped by the last one out, whoever that is', async () => {
    const child = await holdOpen();
    const pid = await place.serverPid();
    const store = await place.open();
    expect(await place.serverPid()).toBe(pid);
    await store.close();
    expect(await place.serverPid()).toBe(pid);
    child.stdin?.end();
    await waitFor(async () => (await place.serverPid()) === undefined);
  }, 60_000);

  it('is left running while somebody looks at it with a client of their own', async () => {
    const store = await place.open();
    const host = join(place.dataFolder, 'postgres/socket');
    const client = new pg.Client({ host, user: 'testbed', database: 'testbed', port: 5432 });
    client.on('error', () => undefined);
    await client.connect();
    await store.close();
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await client.end();
  }, 60_000);

  it('outlives a controller that is killed, and is adopted and stopped by the next', async () => {
    const child = await holdOpen();
    const pid = await place.serverPid();
    child.kill('SIGKILL');
    await waitFor(async () => child.signalCode !== null);
    expect(await place.serverPid()).toBe(pid);
    const store = await place.open();
    expect(await place.serverPid()).toBe(pid);
    await store.close();
    expect(await place.serverPid()).toBeUndefined();
  }, 60_000);

  it('is stopped by cleaning if its controller was killed, and not while one lives', async () => {
    const clean = (): Promise<void> =>
      stopForsakenServer(place.dataFolder, {
        clock: systemClock,
        onWarning: (text) => place.warnings.push(text),
      });
    await clean();
    await expect(readdir(place.dataFolder)).rejects.toMatchObject({ code: 'ENOENT' });
    const child = await holdOpen();
    const pid = await place.serverPid();
    await clean();
    expect(await place.serverPid()).toBe(pid);
    child.kill('SIGKILL');
    await waitFor(async () => child.signalCode !== null);
    expect(await place.serverPid()).toBe(pid);
    await clean();
    expect(await place.serverPid()).toBeUndefined();
    await clean();
    expect(await place.serverPid()).toBeUndefined();
    expect(place.warnings).toEqual([]);
  }, 60_000);

  it('is one server when many processes start it at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        runChild(['save', place.dataFolder, '-', String(index), `par${index}`]),
      ),
    );
    expect(results).toEqual(Array(4).fill('pending 0'));
    const store = await place.open();
    expect(await store.listRuns(10)).toHaveLength(4);
    await store.close();
  }, 120_000);

  it('comes back by itself when it is killed between two writes', async () => {
    const store = await place.open();
    await store.saveRun(run);
    for (const repetition of repetitions) {
      const pid = await place.serverPid();
      if (pid === undefined) throw new Error('the server does not run');
      process.kill(pid, 'SIGKILL');
      await store.saveRepetition(repetition);
      expect(await place.serverPid()).not.toBe(pid);
    }
    expect(await store.loadRun(run.id)).toStrictEqual({ run, repetitions: bare });
    expect(store.pending()).toBe(0);
    await store.close();
  }, 120_000);

  it('loses nothing when it is killed at random moments during writes', async () => {
    const seed = 77;
    const prng = createPrng(seed);
    const big = generateAwkwardRun({ seed, suffix: 'bigg', sizes: [4], samplesPerSeries: 2_000 });
    const store = await place.open();
    await store.saveRun(big.run);
    let isDone = false;
    const killer = (async () => {
      for (let kills = 0; kills < 5 && !isDone; kills++) {
        await systemClock.sleep(prng.below(700), { signal: new AbortController().signal });
        const pid = await place.serverPid();
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
      }
    })();
    for (let round = 0; round < 3; round++) {
      for (const repetition of big.repetitions) await store.saveRepetition(repetition);
    }
    isDone = true;
    await killer;
    const stored = await store.loadRun(big.run.id);
    expect(stored.repetitions).toHaveLength(big.repetitions.length);
    expect(await store.loadSamples(big.run.id)).toHaveLength(
      big.repetitions.flatMap(({ samples }) => samples).length,
    );
    expect(place.warnings).toEqual([]);
    expect(store.pending()).toBe(0);
    await store.close();
  }, 180_000);

  it('starts although its lock file names a process that is something else', async () => {
    await (await place.open()).close();
    const folder = join(place.dataFolder, 'postgres/data');
    const { uid, gid } = await stat(folder);
    const other = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {});
    children.push(other);
    await writeFile(join(folder, 'postmaster.pid'), `${other.pid}\n${folder}\n1\n5432\n`);
    const store = await place.open();
    await store.saveRun(run);
    expect(store.pending()).toBe(0);
    await store.close();
    expect(place.warnings).toEqual([]);
  }, 60_000);

  it.each([
    [
      'files that are damaged',
      async (folder: string) => truncate(join(folder, 'global/pg_control'), 10),
      /did not start; its log ends with:\n.*pg_control/s,
      /mv .*postgres .*postgres.damaged/,
    ],
    [
      'a folder that is no database',
      async (folder: string) => rm(join(folder, 'PG_VERSION')),
      /PG_VERSION is missing/,
      /mv .*postgres .*postgres.damaged/,
    ],
    [
      'a database of another version',
      async (folder: string) => writeFile(join(folder, 'PG_VERSION'), '12\n'),
      /No Postgres programs of version 12 .* is version 18/,
      /postgresql-12/,
    ],
  ])(
    'says what to do about %s, and lets a run go on',
    async (_what, damage, message, hint) => {
      await (await place.open()).close();
      await damage(join(place.dataFolder, 'postgres/data'));
      const store = await place.open();
      await store.saveRun(run);
      expect(store.pending()).toBe(1);
      expect(place.warnings.at(-1)).toMatch(message);
      expect((await store.loadRun(run.id)).run).toStrictEqual(run);
      await store.close();
      const reader = await place.open();
      const id = `${run.id.slice(0, -1)}z` as typeof run.id; // another run
      await expect(reader.loadRun(id)).rejects.toMatchObject({
        code: 'DATABASE_UNAVAILABLE',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      });
      await reader.close();
    },
    60_000,
  );

  it('works under a path that is too long for a socket', async () => {
    const dataFolder = join(place.dataFolder, 'long'.repeat(30));
    const options = { clock: systemClock, onWarning: (text: string) => place.warnings.push(text) };
    const store = await openStore(
      { dataFolder },
      { ...options, signal: AbortSignal.timeout(60_000) },
    );
    await store.saveRun(run);
    expect((await store.loadRun(run.id)).run).toStrictEqual(run);
    const people = await openDatabaseForPeople({ dataFolder }, options);
    const socket = decodeURIComponent(/host=([^&]+)/.exec(people.url)?.[1] ?? '');
    expect(socket).toMatch(/^\/tmp\/testbed-pg-/);
    expect((await lstat(socket)).mode & 0o777).toBe(0o700);
    await people.close();
    await store.close();
    await rm(socket, { recursive: true });
  }, 60_000);

  it('keeps its folder and its socket to its own account', async () => {
    const store = await place.open();
    const folder = join(place.dataFolder, 'postgres');
    for (const path of [folder, join(folder, 'data'), join(folder, 'socket')]) {
      expect((await stat(path)).mode & 0o077).toBe(0);
    }
    const [row] = await place.sql<{ tcp: string; fsync: string }>(
      `select current_setting('listen_addresses') as tcp, current_setting('fsync') as fsync`,
    );
    expect(row).toEqual({ tcp: '', fsync: 'on' });
    await store.close();
  }, 60_000);

  it('shows itself to people, and stays until they are done', async () => {
    const store = await place.open();
    await store.saveRun(run);
    await store.close();
    const people = await openDatabaseForPeople(
      { dataFolder: place.dataFolder },
      { clock: systemClock, onWarning: (text) => place.warnings.push(text) },
    );
    expect(`The database is ${people.location}.`).toMatch(
      /^The database is the testbed's own PostgreSQL in \/.*\.$/,
    );
    expect(people.psqlLine).toBe(`psql '${people.url}'`);
    const client = new pg.Client({ connectionString: people.url });
    await client.connect();
    const found = await client.query('select run_id from testbed.run_overview');
    expect(found.rows).toEqual([{ run_id: run.id }]);
    await client.end();
    // The same URL is good for the store, too.
    const second = await place.open(people.url);
    expect((await second.loadRun(run.id)).run).toStrictEqual(run);
    await second.close();
    const pid = await place.serverPid();
    await people.close();
    expect(pid === undefined || !(await isRunning(pid))).toBe(true);
  }, 60_000);
});

const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot('our own server under a folder that only root can enter', () => {
  it('is placed where its account can enter, says where, and is found again', async () => {
    const place = await createWorkplace(0o700);
    const store = await place.open();
    await store.saveRun(run);
    await store.close();
    expect(place.warnings).toEqual([
      expect.stringMatching(/kept in \/var\/.*prsm-testbed.*cannot enter/),
    ]);
    expect((await lstat(join(place.dataFolder, 'postgres'))).isSymbolicLink()).toBe(true);
    const again = await place.open();
    expect((await again.loadRun(run.id)).run).toStrictEqual(run);
    expect(again.location).toMatch(/\/var\//);
    await again.close();
    expect(place.warnings).toHaveLength(1);
    await place.remove();
  }, 60_000);
});

describe('the log of our own server', () => {
  it('is where the error says', async () => {
    const place = await createWorkplace();
    await (await place.open()).close();
    const log = await readFile(join(place.dataFolder, 'postgres/server.log'), 'utf8');
    expect(log).toMatch(/database system is ready to accept connections/);
    await place.remove();
  }, 60_000);
});
