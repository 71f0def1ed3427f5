/** What the store's integration tests share: folders, warnings, direct SQL. */
import { execFile } from 'node:child_process';
import { chmod, lstat, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import { withEffects } from '../../../controller/src/analyse/with-effects.ts';
import { systemClock } from '../../../controller/src/lib/system-clock.ts';
import type { RunFinding } from '../../../controller/src/model/finding.ts';
import type { StoredRun } from '../../../controller/src/model/record.ts';
import { openStore } from '../../../controller/src/store/open-store.ts';
import type { OpenedStore } from '../../../controller/src/store/store.ts';

export interface Workplace {
  readonly dataFolder: string;
  readonly warnings: string[];
  open(databaseUrl?: string): Promise<OpenedStore>;
  /** Connects beside the store, as psql would; the server must be up. */
  sql<T extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<T[]>;
  /** Process number of the server; undefined if there is none. */
  serverPid(): Promise<number | undefined>;
  remove(): Promise<void>;
}

/**
 * A data folder in a place that other accounts can enter, so that a server of root's stays in it.
 * @param folderMode 0o700 makes it one that they cannot enter
 */
export async function createWorkplace(folderMode = 0o755): Promise<Workplace> {
  const root = await mkdtemp('/var/tmp/testbed-store-');
  await chmod(root, folderMode);
  const dataFolder = join(root, 'data');
  const warnings: string[] = [];
  const serverFolder = (): Promise<string> => realpath(join(dataFolder, 'postgres'));
  const serverPid = async (): Promise<number | undefined> => {
    const file = join(await serverFolder().catch(() => ''), 'data/postmaster.pid');
    const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
    return Number.isInteger(pid) && (await isRunning(pid)) ? pid : undefined;
  };
  return {
    dataFolder,
    warnings,
    open: (databaseUrl) =>
      openStore(
        { databaseUrl, dataFolder },
        {
          clock: systemClock,
          signal: new AbortController().signal,
          onWarning: (text) => warnings.push(text),
        },
      ),
    sql: async <T extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
      const host = join(await serverFolder(), 'socket');
      const client = new pg.Client({ host, port: 5432, user: 'testbed', database: 'testbed' });
      client.on('error', () => undefined);
      await client.connect();
      try {
        return (await client.query<T>(text, [...values])).rows;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    serverPid,
    remove: async () => {
      const pid = await serverPid();
      if (pid !== undefined) {
        process.kill(pid, 'SIGKILL');
        await waitFor(async () => !(await isRunning(pid)));
      }
      const folder = await serverFolder().catch(() => undefined);
      const link = await lstat(join(dataFolder, 'postgres')).catch(() => undefined);
      if (folder !== undefined && link?.isSymbolicLink()) {
        await rm(folder, { recursive: true, force: true });
      }
      await rm(root, { recursive: true, force: true });
    },
  };
}

export interface Written {
  readonly place: Workplace;
  /** The analysis of the run as it came back from the database. */
  readonly finding: RunFinding;
  remove(): Promise<void>;
}

/** A workplace with one run in its store. */
export async function createWritten({ run, repetitions }: StoredRun): Promise<Written> {
  const place = await createWorkplace();
  const store = await place.open();
  await store.saveRun(run);
  for (const repetition of repetitions) await store.saveRepetition(withEffects(repetition));
  return {
    place,
    finding: analyseRun(await store.loadRun(run.id)),
    async remove() {
      await store.close();
      await place.remove();
    },
  };
}

/** Runs `store-child.ts`; its last line of output is its result. */
export async function runChild(parameters: readonly string[]): Promise<string> {
  const script = join(import.meta.dirname, 'store-child.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...parameters], {
    env: { PATH: process.env.PATH },
    timeout: 60_000,
  });
  return stdout.trim().split('\n').at(-1) ?? '';
}

/** A zombie does not run. */
export async function isRunning(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text !== '' && text.slice(text.lastIndexOf(')') + 2, text.lastIndexOf(')') + 3) !== 'Z';
}

/** @throws Error after 20 s */
export async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  const startedMs = systemClock.monotonicMs();
  while (!(await condition())) {
    if (systemClock.monotonicMs() - startedMs > 20_000) throw new Error('waited 20 s in vain');
    await systemClock.sleep(20, { signal: new AbortController().signal });
  }
}
