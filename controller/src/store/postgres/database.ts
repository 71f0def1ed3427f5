import pg from 'pg';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { migrate } from './migrate.ts';
import type { DatabaseSource } from './source.ts';
import {
  databaseUnavailable,
  errorCode,
  failureOf,
  translatePostgresError,
} from './translate-postgres-error.ts';
import { typeParsers } from './types.ts';

/** Connections to one database, migrated before first use. */
export interface Database {
  readonly location: string;
  /**
   * Runs `work` on one connection. A connection that breaks is replaced and `work` runs again from
   * its start, so it must be one transaction, or only read. A signal ends the waiting for a server
   * and for a connection, with its reason; work that has begun is not cut off.
   * @throws TestbedError DATABASE_UNAVAILABLE, DATABASE_MIGRATION, DISK_FULL
   */
  use<T>(
    work: (client: pg.ClientBase) => Promise<T>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<T>;
  close(): Promise<void>;
}

/** How long one piece of work may take, and how long a server of ours may take to come back. */
const workMsMax = 120_000;
const comebackMsMax = 60_000;

/** Tries on a server of others: the second meets one that was restarted in between. */
const foreignTriesMax = 2;

/** One writer, one reader, one to spare: work is serialised by its callers. */
const connectionsMax = 3;

export function createDatabase(
  source: DatabaseSource,
  dependencies: { readonly clock: Clock },
): Database {
  const { clock } = dependencies;
  const closing = new AbortController();
  let pool: pg.Pool | undefined;
  let isMigrated = false;

  const attempt = async <T>(
    work: (client: pg.ClientBase) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> => {
    const config = await source.ready({ signal });
    pool ??= createPool(config);
    const client = await connect(pool, signal);
    const lease = startLease(client, clock);
    try {
      if (!isMigrated) await migrate(client);
      isMigrated = true;
      const result = await work(client);
      lease.end({ isReusable: true });
      return result;
    } catch (error) {
      // Whatever state it is in, nobody gets this connection again.
      lease.end({ isReusable: false });
      // Somebody dropped the schema under us: the next use makes it anew.
      if (['42P01', '3F000'].includes(errorCode(error))) isMigrated = false;
      throw lease.isOver() ? workTimedOut(source.location) : error;
    }
  };

  return {
    location: source.location,
    use: async (work, options = {}) => {
      const signal =
        options.signal === undefined
          ? closing.signal
          : AbortSignal.any([closing.signal, options.signal]);
      const startedMs = clock.monotonicMs();
      for (let tries = 1; ; tries++) {
        signal.throwIfAborted();
        try {
          return await attempt(work, signal);
        } catch (error) {
          signal.throwIfAborted();
          // Ours already: `ready` has tried all it can, or the work has judged for itself.
          if (error instanceof TestbedError) throw error;
          const failure = translatePostgresError(error, source.location);
          const isLastTry = source.canRestart
            ? clock.monotonicMs() - startedMs > comebackMsMax
            : tries >= foreignTriesMax;
          if (failureOf(failure) !== 'away' || failure.code === 'DISK_FULL') throw failure;
          if (isLastTry) throw failure;
          await clock.sleep(Math.min(50 * tries, 1_000), { signal });
        }
      }
    },
    close: async () => {
      closing.abort(databaseUnavailable('away', 'The database was closed.', { hint: '' }));
      await pool?.end().catch(() => undefined);
      await source.close();
    },
  };
}

function createPool(config: pg.ClientConfig): pg.Pool {
  const pool = new pg.Pool({
    ...config,
    types: typeParsers,
    max: connectionsMax,
    idleTimeoutMillis: 30_000,
    // Waiting for a place in the pool and for the handshake alike.
    connectionTimeoutMillis: config.connectionTimeoutMillis ?? 10_000,
  });
  // A server that goes away says so on idle connections too; the next use finds out by itself.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** A connection that comes after the signal goes back to the pool. */
async function connect(pool: pg.Pool, signal: AbortSignal): Promise<pg.PoolClient> {
  signal.throwIfAborted();
  const connecting = pool.connect();
  const { promise, reject } = Promise.withResolvers<never>();
  const give = (): void => {
    reject(signal.reason);
    connecting.then(
      (client) => client.release(true),
      () => undefined,
    );
  };
  signal.addEventListener('abort', give, { once: true });
  try {
    return await Promise.race([connecting, promise]);
  } finally {
    signal.removeEventListener('abort', give);
  }
}

interface Lease {
  end(options: { readonly isReusable: boolean }): void;
  isOver(): boolean;
}

/** Breaks the connection when its time is over, which rejects whatever waits on it. */
function startLease(client: pg.PoolClient, clock: Clock): Lease {
  const finished = new AbortController();
  let isOver = false;
  clock.sleep(workMsMax, { signal: finished.signal }).then(
    () => {
      isOver = true;
      client.release(true);
    },
    () => undefined,
  );
  return {
    end: ({ isReusable }) => {
      finished.abort();
      if (!isOver) client.release(!isReusable);
    },
    isOver: () => isOver,
  };
}

function workTimedOut(location: string): Error {
  return databaseUnavailable(
    'away',
    `The database at ${location} did not finish a piece of work in ${workMsMax / 1000} s.`,
    { hint: 'See what it is busy with: select * from pg_stat_activity;' },
  );
}
