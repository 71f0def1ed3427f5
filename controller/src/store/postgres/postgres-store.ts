import type { ClientBase } from 'pg';
import type { StorableRecord } from '../record.ts';
import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { readRepetitions } from './read-repetitions.ts';
import { readListing, readRun } from './read-run.ts';
import { readHostSamples, readSamples } from './read-series.ts';
import { readSessions } from './read-sessions.ts';
import { searchRuns } from './search-runs.ts';
import { writeRepetition } from './write-repetition.ts';
import { writeRun } from './write-run.ts';

/** What the spool needs of a database: one entrance for records, and the reads of the port. */
export interface RecordStore
  extends Pick<
    Store,
    | 'listRuns'
    | 'searchRuns'
    | 'loadRun'
    | 'loadSamples'
    | 'loadHostSamples'
    | 'loadSessions'
    | 'close'
  > {
  readonly location: string;
  /** Stores one record whole or not at all. */
  write(storable: StorableRecord): Promise<void>;
  /** Resolves if the database answers and its schema is ours; rejects with the signal's reason. */
  check(options?: { readonly signal: AbortSignal }): Promise<void>;
}

/** Records in Postgres. Every call is one transaction, so a broken connection is no half record. */
export function createPostgresStore(database: Database): RecordStore {
  return {
    location: database.location,
    write: (storable) =>
      database.use((client) =>
        storable.kind === 'run'
          ? writeRun(client, storable.record, storable.savedAt)
          : writeRepetition(client, storable.record, storable.savedAt),
      ),
    check: (options) => database.use(async () => undefined, options),
    listRuns: (limit) => database.use((client) => readListing(client, limit)),
    searchRuns: (search) => database.use((client) => searchRuns(client, search)),
    loadRun: (id) =>
      database.use((client) =>
        readSnapshot(client, async () => ({
          run: await readRun(client, id),
          repetitions: await readRepetitions(client, id),
        })),
      ),
    loadSamples: (id, selection = {}) =>
      database.use((client) => readSamples(client, id, selection)),
    loadHostSamples: (id, selection = {}) =>
      database.use((client) => readHostSamples(client, id, selection)),
    loadSessions: (search) =>
      database.use((client) => readSnapshot(client, () => readSessions(client, search))),
    close: () => database.close(),
  };
}

/** Several reads that see one state, whatever is written meanwhile. */
async function readSnapshot<T>(client: ClientBase, read: () => Promise<T>): Promise<T> {
  await client.query('begin transaction isolation level repeatable read, read only');
  const result = await read();
  await client.query('commit');
  return result;
}
