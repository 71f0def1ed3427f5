import pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import { waitUntil } from '../../lib/wait-until.ts';
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
/** How long to wait for backends of ours, and of other programs, that were closed just now. */
const goodbyeMsMax = 5_000;
const strangersMsMax = 1_000;

/** Names under which testbed processes that use the server as their own appear in it. */
export const ownName = 'testbed';
const presenceName = 'testbed presence';

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
export async function enterServer(address: ServerAddress, clock: Clock): Promise<Presence> {
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
      const tried = await client.query<{ is_alone: boolean }>(
        `select pg_try_advisory_lock(${lockKey}) as is_alone`,
      );
      if (tried.rows[0]?.is_alone !== true) return false;
      const strangersUntilMs = clock.monotonicMs() + strangersMsMax;
      const look = async (): Promise<'none' | 'some' | undefined> =>
        readCompany(client, clock.monotonicMs() < strangersUntilMs);
      const outcome = await waitUntil(look, {
        clock,
        signal: clock.timeoutSignal(2 * goodbyeMsMax),
        deadlineMs: goodbyeMsMax,
        pauseMs: 10,
        pauseMsMax: 100,
      });
      return outcome.value === 'none';
    },
    end: () => client.end(),
  };
}

/**
 * Who else is connected: `none`, or `some` who stay. Undefined while that is not clear: the backend
 * of a connection that was closed takes a moment to notice, longer on a loaded machine.
 * @param mayLeave connections of other programs may be among those that were closed just now
 */
async function readCompany(
  client: pg.Client,
  mayLeave: boolean,
): Promise<'none' | 'some' | undefined> {
  const found = await client.query<{ entering: number; ours: number; strangers: number }>(
    `select
       count(*) filter (where is_entering)::integer as entering,
       count(*) filter (where is_ours)::integer as ours,
       count(*) filter (where not is_ours)::integer as strangers
     from (
       select coalesce(wait_event = 'advisory', false) as is_entering,
         application_name in ('${ownName}', '${presenceName}') as is_ours
       from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid()) others`,
  );
  const { entering = 0, ours = 0, strangers = 0 } = found.rows[0] ?? {};
  if (entering > 0 || (strangers > 0 && !mayLeave)) return 'some';
  return ours + strangers > 0 ? undefined : 'none';
}

async function connect(address: ServerAddress): Promise<pg.Client> {
  const client = new pg.Client({
    ...address,
    application_name: presenceName,
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
