import pg from 'pg';
import { errorCode } from '../postgres/translate-postgres-error.ts';

/** Where a server of ours listens. */
export interface ServerAddress {
  /** Folder of the socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** A connection whose life says: somebody is using this server. */
export interface Presence {
  /** The server ended, or the connection broke. */
  isLost(): boolean;
  /**
   * Gives up the presence.
   * @returns true if nobody else is there, in which case nobody can come before the server is
   * stopped: whoever tries waits, and is sent away by the stopping server
   */
  isLastOut(): Promise<boolean>;
  end(): Promise<void>;
}

/** Constants that every version of this program agrees on. */
const lockKey = '1886545267, 1';
const connectMsMax = 10_000;
const databaseName = 'testbed';

/** What a server says while it starts, recovers, stops, or takes nobody else for the moment. */
const passingCodes = ['57P01', '57P02', '57P03', '53300', '55P03', 'ECONNRESET', 'EPIPE'];

/** True if the same attempt may work in a moment, without anything being done. */
export function isPassing(error: unknown): boolean {
  return passingCodes.includes(errorCode(error)) || /terminated|timeout/.test(String(error));
}

/** True if nothing listens: the server has to be started. */
export function isSilent(error: unknown): boolean {
  return ['ENOENT', 'ECONNREFUSED'].includes(errorCode(error));
}

/**
 * Connects and announces itself; creates the database of that name in a new server.
 * @throws errors of pg and the socket, untranslated: see `isPassing` and `isSilent`
 */
export async function enterServer(address: ServerAddress): Promise<Presence> {
  const client = await connect(address).catch(async (error: unknown) => {
    if (errorCode(error) !== '3D000') throw error;
    await createDatabase(address);
    return connect(address);
  });
  let isLost = false;
  client.on('error', () => {
    isLost = true;
  });
  client.on('end', () => {
    isLost = true;
  });
  try {
    // Whoever holds it alone is about to stop the server: not worth waiting long.
    await client.query("set lock_timeout = '5s'");
    await client.query(`select pg_advisory_lock_shared(${lockKey})`);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return {
    isLost: () => isLost,
    isLastOut: async () => {
      await client.query(`select pg_advisory_unlock_shared(${lockKey})`);
      const result = await client.query<{ is_last: boolean }>(
        `select pg_try_advisory_lock(${lockKey}) and not exists (
           select from pg_stat_activity
           where backend_type = 'client backend' and pid <> pg_backend_pid()
             and datname is not null) as is_last`,
      );
      return result.rows[0]?.is_last === true;
    },
    end: () => client.end(),
  };
}

async function connect(address: ServerAddress): Promise<pg.Client> {
  const client = new pg.Client({
    ...address,
    application_name: 'testbed presence',
    connectionTimeoutMillis: connectMsMax,
    query_timeout: connectMsMax,
  });
  // Without a listener a broken connection would end the whole process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function createDatabase(address: ServerAddress): Promise<void> {
  const client = await connect({ ...address, database: 'postgres' });
  try {
    await client.query(`create database ${databaseName}`);
  } catch (error) {
    // Two first starts at once: the other one made it.
    if (!['42P04', '23505'].includes(errorCode(error))) throw error;
  } finally {
    await client.end();
  }
}
