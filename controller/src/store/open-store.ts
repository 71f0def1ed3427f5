import type { Clock } from '../lib/clock.ts';
import { createEmbeddedSource } from './embedded/embedded-source.ts';
import { createDatabase } from './postgres/database.ts';
import { createPostgresStore } from './postgres/postgres-store.ts';
import type { DatabaseSource } from './postgres/source.ts';
import { createUrlSource } from './postgres/url-source.ts';
import { createSpoolingStore } from './spool/spooling-store.ts';
import type { OpenedStore } from './store.ts';

export interface StoreOptions {
  /** Undefined or empty: a database of our own in the data folder. */
  readonly databaseUrl?: string | undefined;
  /** Absolute. Holds `spool/` and, unless there is a URL, `postgres/`; created if missing. */
  readonly dataFolder: string;
}

export interface StoreDependencies {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What to check before trusting the result; each text once. */
  readonly onWarning: (text: string) => void;
}

/**
 * Opens the store of a testbed command. A database that does not answer is no failure: what is
 * saved waits on disk, and a run that waits there can be read; other reads then throw
 * DATABASE_UNAVAILABLE. Close it, or the database of our own is left running.
 * @throws TestbedError DATABASE_UNAVAILABLE if the database refuses us for good (wrong password,
 * no such database, not a Postgres URL), DATABASE_MIGRATION, DATA_FOLDER_UNUSABLE, DISK_FULL; the signal's reason when it fires meanwhile,
 * after everything half made was removed
 */
export async function openStore(
  { databaseUrl, dataFolder }: StoreOptions,
  dependencies: StoreDependencies,
): Promise<OpenedStore> {
  dependencies.signal.throwIfAborted();
  const source: DatabaseSource =
    databaseUrl === undefined || databaseUrl === ''
      ? await createEmbeddedSource(dataFolder, dependencies)
      : createUrlSource(databaseUrl);
  const inner = createPostgresStore(createDatabase(source, dependencies));
  try {
    return await createSpoolingStore(inner, dataFolder, dependencies);
  } catch (error) {
    await inner.close();
    throw error;
  }
}
