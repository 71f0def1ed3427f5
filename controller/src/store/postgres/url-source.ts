import pg from 'pg';
import type { DatabaseSource } from './source.ts';
import { databaseUnavailable, redactUrl } from './translate-postgres-error.ts';

/** How long one attempt to connect may take. */
export const connectMsMax = 5_000;

/**
 * The server that DATABASE_URL names.
 * @throws TestbedError DATABASE_UNAVAILABLE (refused) for text that is not a Postgres URL
 */
export function createUrlSource(databaseUrl: string): DatabaseSource {
  const location = redactUrl(databaseUrl);
  if (!isPostgresUrl(databaseUrl)) {
    throw databaseUnavailable('refused', `DATABASE_URL is not a Postgres URL: ${location}`, {
      hint: 'Write it as postgres://user:password@host:5432/database, with %2F for a / in the password, %40 for an @, %3A for a : and %3F for a ?.',
    });
  }
  const config = {
    connectionString: databaseUrl,
    application_name: 'testbed by URL',
    connectionTimeoutMillis: connectMsMax,
    keepAlive: true,
  };
  return {
    location,
    canRestart: false,
    ready: async () => config,
    close: async () => undefined,
  };
}

function isPostgresUrl(text: string): boolean {
  if (!/^postgres(ql)?:\/\//.test(text)) return false;
  // Half of the password would be taken for the host, and looked up by name.
  if (/^\w+:\/\/[^/?#]*[/#][^?]*@/.test(text)) return false;
  try {
    // Never connected: its constructor is the parser.
    new pg.Client({ connectionString: text });
    return true;
  } catch {
    return false;
  }
}
