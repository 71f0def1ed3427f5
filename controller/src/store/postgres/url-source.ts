import { userInfo } from 'node:os';
import type { ClientConfig } from 'pg';
import { findPassword } from './find-password.ts';
import { offersTls } from './offers-tls.ts';
import { isTlsParameter, readTls } from './read-tls.ts';
import { encodingHint, readUrl, type UrlParts } from './read-url.ts';
import { redactUrl } from './redact-url.ts';
import type { DatabaseSource } from './source.ts';
import { databaseUnavailable } from './translate-postgres-error.ts';

/** How long one attempt to connect may take. */
export const connectMsMax = 5_000;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The server that DATABASE_URL names.
 * @param environment what libpq takes from it where the URL is silent: PGHOST, PGSSLMODE, ...
 * @throws TestbedError DATABASE_UNAVAILABLE (refused) for text that is not a Postgres URL
 */
export function createUrlSource(
  databaseUrl: string,
  environment: Variables = process.env,
): DatabaseSource {
  const location = redactUrl(databaseUrl);
  const parts = fillIn(readUrl(databaseUrl), environment);
  const tls = readTls(parts.parameters, parts.host, environment);
  const others = [...parts.parameters].filter(([name]) => !isTlsParameter(name));
  const { host, port, user, database } = parts;
  const config: ClientConfig = {
    ...{ host, port, user, database },
    // A function is asked only when the server wants to know, and may say that there is none.
    password: parts.password ?? (() => askAround(parts, environment, location)),
    application_name: 'testbed by URL',
    connectionTimeoutMillis: connectMsMax,
    keepAlive: true,
    ...Object.fromEntries(others),
  };
  let isOffered: boolean | undefined;
  return {
    location,
    canRestart: false,
    ready: async ({ signal }) => {
      if (tls.kind === 'off') return { ...config, ssl: false };
      if (tls.kind === 'on') return { ...config, ssl: tls.options };
      isOffered ??= await offersTls({ host, port }, { signal, msMax: connectMsMax });
      return { ...config, ssl: isOffered ? { rejectUnauthorized: false } : false };
    },
    close: async () => undefined,
  };
}

type Filled = UrlParts &
  Record<'host' | 'user' | 'database', string> & {
    readonly port: number;
  };

/** As the driver would do it, which only knows too late. */
function fillIn(parts: UrlParts, environment: Variables): Filled {
  const user = parts.user ?? (environment.PGUSER || environment.USER || userInfo().username);
  return {
    ...parts,
    host: parts.host ?? (environment.PGHOST || 'localhost'),
    port: parts.port ?? (Number(environment.PGPORT) || 5432),
    user,
    database: parts.database ?? (environment.PGDATABASE || user),
  };
}

async function askAround(parts: Filled, environment: Variables, location: string): Promise<string> {
  const found = await findPassword(parts, environment);
  if (found !== undefined) return found;
  throw databaseUnavailable(
    'refused',
    `The database at ${location} asks for the password of "${parts.user}", and DATABASE_URL has none.`,
    {
      hint: `Write it behind the user (postgres://${parts.user}:password@...), or into PGPASSWORD or ~/.pgpass (mode 0600). ${encodingHint}`,
    },
  );
}
