import type { Clock } from '../../lib/clock.ts';
import { createDatabase } from '../postgres/database.ts';
import { redactUrl } from '../postgres/redact-url.ts';
import { createUrlSource } from '../postgres/url-source.ts';
import { createEmbeddedSource } from './embedded-source.ts';

/** A database that somebody looks at; it stays up until `close`. */
export interface DatabaseForPeople {
  readonly location: string;
  /** For psql, Grafana and libraries. May hold a password: print it only when asked to. */
  readonly url: string;
  /** As `url`, without a password. */
  readonly shownUrl: string;
  /** A line for the shell. */
  readonly psqlLine: string;
  close(): Promise<void>;
}

/**
 * Starts or joins the database and brings its schema up to date, for `testbed db`.
 * @throws TestbedError DATABASE_UNAVAILABLE, DATABASE_MIGRATION, DATA_FOLDER_UNUSABLE, DISK_FULL
 */
export async function openDatabaseForPeople(
  options: { readonly databaseUrl?: string | undefined; readonly dataFolder: string },
  dependencies: { readonly clock: Clock; readonly onWarning: (text: string) => void },
): Promise<DatabaseForPeople> {
  const { databaseUrl, dataFolder } = options;
  if (databaseUrl !== undefined && databaseUrl !== '') {
    return open(createUrlSource(databaseUrl), databaseUrl, dependencies);
  }
  const source = await createEmbeddedSource(dataFolder, dependencies);
  const { host, user, database } = source.address;
  const url = `postgresql:///${database}?host=${encodeURIComponent(host)}&user=${user}`;
  return open(source, url, dependencies);
}

async function open(
  source: Parameters<typeof createDatabase>[0],
  url: string,
  dependencies: { readonly clock: Clock },
): Promise<DatabaseForPeople> {
  const database = createDatabase(source, dependencies);
  try {
    await database.use(async () => undefined);
  } catch (error) {
    await database.close();
    throw error;
  }
  const shownUrl = redactUrl(url);
  return {
    location: source.location,
    url,
    shownUrl,
    psqlLine: `psql '${shownUrl}'`,
    close: () => database.close(),
  };
}
