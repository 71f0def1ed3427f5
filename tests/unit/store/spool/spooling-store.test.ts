import { chmod, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../../controller/src/errors/testbed-error.ts';
import { systemClock } from '../../../../controller/src/lib/system-clock.ts';
import type { RepetitionRecord } from '../../../../controller/src/model/record.ts';
import type { DatabaseFailure } from '../../../../controller/src/store/postgres/describe-postgres-error.ts';
import type { RecordStore } from '../../../../controller/src/store/postgres/postgres-store.ts';
import { databaseUnavailable } from '../../../../controller/src/store/postgres/translate-postgres-error.ts';
import type { StorableRecord } from '../../../../controller/src/store/record.ts';
import { runUnknown } from '../../../../controller/src/store/run-unknown.ts';
import { createSpoolingStore } from '../../../../controller/src/store/spool/spooling-store.ts';
import type { OpenedStore } from '../../../../controller/src/store/store.ts';
import { generateAwkwardRun } from '../../../fixtures/awkward-run.ts';

const { run, repetitions } = generateAwkwardRun({ seed: 21, suffix: 'aaaa', sizes: [4] });
const [repetition] = repetitions as [RepetitionRecord];

/** A database that fails as it is told. */
interface FakeDatabase extends RecordStore {
  readonly written: StorableRecord[];
  failWith(failure: DatabaseFailure | undefined): void;
  calls(): number;
}

function createFakeDatabase(): FakeDatabase {
  const written: StorableRecord[] = [];
  let failure: DatabaseFailure | undefined;
  let calls = 0;
  const answer = async (): Promise<void> => {
    calls++;
    if (failure === undefined) return;
    throw databaseUnavailable(failure, `The database is ${failure}.`, { hint: 'wait' });
  };
  return {
    location: 'fake',
    written,
    calls: () => calls,
    failWith: (next) => {
      failure = next;
    },
    check: answer,
    write: async (storable) => {
      await answer();
      written.push(storable);
    },
    listRuns: async () => {
      await answer();
      return [];
    },
    searchRuns: async () => ({ runs: [], total: 0 }),
    loadRun: async (id) => {
      await answer();
      throw runUnknown(id);
    },
    loadSamples: async () => [],
    loadHostSamples: async () => [],
    loadSessions: async () => [],
    close: async () => undefined,
  };
}

describe('a spooling store', () => {
  let dataFolder: string;
  let database: FakeDatabase;
  let warnings: string[];
  let open: () => Promise<OpenedStore>;
  let refuges: string[];

  beforeEach(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'testbed-spool-'));
    const other = await mkdtemp(join(tmpdir(), 'testbed-other-disk-'));
    refuges = [join(other, 'not there'), other];
    database = createFakeDatabase();
    warnings = [];
    open = () =>
      createSpoolingStore(database, dataFolder, {
        clock: systemClock,
        signal: new AbortController().signal,
        onWarning: (text) => warnings.push(text),
        refuges,
      });
  });

  afterEach(async () => {
    await rm(refuges[1] ?? '', { recursive: true });
    await rm(dataFolder, { recursive: true });
  });

  const waiting = async (): Promise<string[]> =>
    (await readdir(join(dataFolder, 'spool'))).filter((name) => name.includes('.json.gz'));

  it('leaves nothing on disk when the database takes everything, in order', async () => {
    const store = await open();
    await store.saveRun(run);
    await store.saveRepetition(repetition);
    expect(database.written.map(({ kind }) => kind)).toEqual(['run', 'repetition']);
    expect(database.written[1]?.record).toBe(repetition);
    expect(await waiting()).toEqual([]);
    await store.close();
    expect(warnings).toEqual([]);
  });

  it('stamps records in the order in which they are saved', async () => {
    const store = await open();
    for (let count = 0; count < 5; count++) await store.saveRun(run);
    await store.close();
    const stamps = database.written.map(({ savedAt }) => savedAt.getTime());
    expect(stamps).toEqual([...new Set(stamps)].sort((a, b) => a - b));
  });

  it('warns once, asks no more while it knows, and writes everything at the end', async () => {
    database.failWith('away');
    const store = await open();
    const callsBefore = database.calls();
    await store.saveRun(run);
    await store.saveRepetition(repetition);
    expect(database.calls()).toBe(callsBefore);
    expect(store.pending()).toBe(2);
    expect(warnings).toEqual([expect.stringContaining('Records are kept in')]);
    database.failWith(undefined);
    await store.close();
    expect(database.written.map(({ kind }) => kind)).toEqual(['run', 'repetition']);
    expect(database.written[1]?.record).toStrictEqual(repetition);
    expect(await waiting()).toEqual([]);
  });

  it('keeps a record whose run is not there yet, and goes on with others', async () => {
    database.failWith('orphan');
    const store = await open().catch(() => undefined);
    expect(store).toBeUndefined(); // only the check of a real database never says so
    database.failWith(undefined);
    const opened = await open();
    database.failWith('orphan');
    await opened.saveRepetition(repetition);
    expect(opened.pending()).toBe(1);
    database.failWith(undefined);
    await opened.saveRun(run);
    expect(opened.pending()).toBe(0);
    await opened.close();
  });

  it('sets aside what the database will never take', async () => {
    const store = await open();
    database.failWith('rejected');
    await store.saveRepetition(repetition);
    expect(store.pending()).toBe(0);
    expect(await readdir(join(dataFolder, 'spool/rejected'))).toHaveLength(1);
    expect(warnings).toEqual([expect.stringMatching(/not stored and is kept in .*rejected/)]);
    await store.close();
  });

  it('refuses to open when waiting will not help', async () => {
    database.failWith('refused');
    await expect(open()).rejects.toMatchObject({ message: 'The database is refused.' });
  });

  const breakSpool = async (): Promise<void> => {
    await rename(join(dataFolder, 'spool'), join(dataFolder, 'gone'));
    await writeFile(join(dataFolder, 'spool'), 'not a folder');
  };
  const mendSpool = async (): Promise<void> => {
    await rm(join(dataFolder, 'spool'));
    await rename(join(dataFolder, 'gone'), join(dataFolder, 'spool'));
  };
  const kept = (): Promise<string[]> => readdir(refuges[1] ?? '', { recursive: true });

  it('goes to the database directly when the disk fails, and says so', async () => {
    const store = await open();
    await breakSpool();
    await store.saveRun(run);
    expect(database.written).toHaveLength(1);
    expect(warnings).toEqual([
      expect.stringMatching(/\. The record of run .* went to the database directly\.$/),
    ]);
    await mendSpool();
    await store.close();
  });

  it('keeps a record that neither disk nor database takes, says where, and takes it in', async () => {
    const store = await open();
    await breakSpool();
    database.failWith('away');
    const saving = store.saveRepetition(repetition);
    await expect(saving).rejects.toBeInstanceOf(TestbedError);
    await expect(saving).rejects.toMatchObject({
      code: 'DATA_FOLDER_UNUSABLE',
      message: expect.stringMatching(
        /\. The database takes nothing either: .*\. The record of repetition \d with 4 nodes \(run .*\) is kept in \S+\.json\.gz; the next testbed command/,
      ),
    });
    await expect(store.saveRun(run)).rejects.toThrow(`The record of run ${run.id} is kept in`);
    await store.close();
    expect(await kept()).toHaveLength(3); // with their folder
    await mendSpool();
    database.failWith(undefined);
    const next = await open();
    expect(await kept()).toEqual([]);
    await next.close();
    expect(database.written.map(({ kind }) => kind)).toEqual(['repetition', 'run']);
    expect(database.written[0]?.record).toStrictEqual(repetition);
    expect(await waiting()).toEqual([]);
    expect(warnings.at(-1)).toContain('2 records that had found no room were taken in from');
  });

  it('takes in itself what it kept, when there is room again at its end', async () => {
    const store = await open();
    await breakSpool();
    database.failWith('away');
    await expect(store.saveRepetition(repetition)).rejects.toThrow('is kept in');
    await mendSpool();
    database.failWith(undefined);
    await store.close();
    expect(database.written[0]?.record).toStrictEqual(repetition);
    expect(await kept()).toEqual([]);
  });

  it('says that a record is lost when no place has room, and trusts no folder of others', async () => {
    const store = await open();
    await breakSpool();
    database.failWith('away');
    await expect(store.saveRepetition(repetition)).rejects.toThrow('is kept in');
    const [folder = ''] = await kept();
    await chmod(join(refuges[1] ?? '', folder), 0o777);
    await expect(store.saveRepetition(repetition)).rejects.toThrow('is lost: what is printed');
    await mendSpool();
    await store.close();
  });

  it('takes over what a dead process put and claimed', async () => {
    database.failWith('away');
    const store = await open();
    await store.saveRun(run);
    await store.close();
    const [name = ''] = await waiting();
    const folder = join(dataFolder, 'spool');
    // Process 1 lives, but did not start at tick 5: its number was given again.
    const ofDead = name.replace(/-\d+-\d+\./, '-1-5.');
    await rename(join(folder, name), join(folder, `${ofDead}.claim-1-5`));
    database.failWith(undefined);
    const heir = await open();
    expect(heir.pending()).toBe(1);
    await heir.close();
    expect(database.written).toHaveLength(1);
    expect(await waiting()).toEqual([]);
  });

  it('leaves what a living process put to that process', async () => {
    database.failWith('away');
    const store = await open();
    await store.saveRun(run);
    await store.close();
    const [name = ''] = await waiting();
    const text = await readFile('/proc/1/stat', 'utf8');
    const start = text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
    const ofOther = name.replace(/-\d+-\d+\./, `-1-${start}.`);
    await rename(join(dataFolder, 'spool', name), join(dataFolder, 'spool', ofOther));
    database.failWith(undefined);
    const other = await open();
    expect(other.pending()).toBe(0);
    expect((await other.loadRun(run.id)).run).toStrictEqual(run);
    await other.saveRepetition(repetition);
    await other.close();
    expect(await waiting()).toEqual([ofOther]);
  });
});
