import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { TestbedError } from '../../errors/testbed-error.ts';
import { allMigrations } from '../migrations/all-migrations.ts';
import type { Migration } from '../migrations/migration.ts';
import { errorCode } from './translate-postgres-error.ts';

/** Any constant; two testbeds that start at once on one database meet on it. */
const lockKey = '7310391684823081';

/**
 * Brings the schema `testbed` to the newest version, in one transaction, under a lock: of two
 * that start at once the second waits and then finds nothing to do.
 * @param migrations for tests; in order, versions counted from 1
 * @returns the versions that were applied here
 * @throws TestbedError DATABASE_MIGRATION for a schema that is not ours, newer than this program,
 * or made by a different text of the same version
 */
export async function migrate(
  client: ClientBase,
  migrations: readonly Migration[] = allMigrations,
): Promise<readonly number[]> {
  await client.query('begin');
  try {
    await client.query("set local lock_timeout = '60s'");
    await client.query(`select pg_advisory_xact_lock(${lockKey})`);
    await checkEncoding(client);
    const applied = await readApplied(client);
    checkApplied(applied, migrations);
    const missing = migrations.slice(applied.length);
    for (const migration of missing) await apply(client, migration);
    await client.query('commit');
    return missing.map((migration) => migration.version);
  } catch (error) {
    // The connection may be gone; the first failure is the one that counts.
    await client.query('rollback').catch(() => undefined);
    throw errorCode(error) === '42501' ? await explainRights(client, error) : error;
  }
}

/** Who may not what: the right to make a schema is another one than that to use somebody's. */
async function explainRights(client: ClientBase, cause: unknown): Promise<unknown> {
  const found = await client
    .query<{ own: string; name: string; owner: string | null }>(
      `select current_user as own, current_database() as name,
         (select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'testbed') as owner`,
    )
    .catch(() => undefined);
  const row = found?.rows[0];
  if (row === undefined) return cause;
  const { own, name, owner } = row;
  if (owner === null) {
    return new TestbedError(
      'DATABASE_MIGRATION',
      `The schema "testbed" cannot be created: the user "${own}" may not make one in "${name}".`,
      {
        hint: `As an administrator: GRANT CREATE ON DATABASE "${name}" TO "${own}"; or CREATE SCHEMA testbed AUTHORIZATION "${own}";`,
        cause,
      },
    );
  }
  return new TestbedError(
    'DATABASE_MIGRATION',
    `The schema "testbed" belongs to "${owner}", and the user "${own}" has not all rights in it.`,
    {
      hint: `Connect as "${owner}", or have "${owner}" give it away with all its tables: REASSIGN OWNED BY "${owner}" TO "${own}"; an empty one: ALTER SCHEMA testbed OWNER TO "${own}";`,
      cause,
    },
  );
}

/** SHA-256 of the SQL, hex. */
export function checksumOf(migration: Migration): string {
  return createHash('sha256').update(migration.sql).digest('hex');
}

/** Anything else refuses some of the texts that nodes and people write. */
async function checkEncoding(client: ClientBase): Promise<void> {
  const found = await client.query<{ server_encoding: string }>('show server_encoding');
  const encoding = found.rows[0]?.server_encoding;
  if (encoding === 'UTF8') return;
  throw new TestbedError(
    'DATABASE_MIGRATION',
    `The database has the encoding ${encoding}; the testbed needs UTF8.`,
    { hint: 'Make another one: createdb --encoding UTF8 --template template0 testbed' },
  );
}

interface AppliedRow {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

async function readApplied(client: ClientBase): Promise<readonly AppliedRow[]> {
  const found = await client.query<{ has_schema: boolean; columns: string; objects: number }>(`
    select
      exists (select from pg_namespace where nspname = 'testbed') as has_schema,
      coalesce((select string_agg(attname || ' ' || format_type(atttypid, null), ',' order by attname)
        from pg_attribute where attrelid = to_regclass('testbed.migrations')
        and attnum > 0 and not attisdropped), '') as columns,
      (select count(*)::int from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'testbed') as objects`);
  const row = found.rows[0];
  if (row === undefined) throw new Error('Broken invariant: a select without from has one row');
  if (row.columns === '') {
    // An empty schema may have been made for us by an administrator.
    if (row.objects > 0) throw foreignSchema();
    await createLedger(client, row.has_schema);
    return [];
  }
  const ours = 'applied_at timestamp with time zone,checksum text,name text,version integer';
  if (row.columns !== ours) throw foreignSchema();
  const rows = await client.query<AppliedRow>(
    'select version, name, checksum from testbed.migrations order by version',
  );
  return rows.rows;
}

async function createLedger(client: ClientBase, hasSchema: boolean): Promise<void> {
  if (!hasSchema) await client.query('create schema testbed');
  await client.query(`create table testbed.migrations (
    version integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now())`);
  await client.query(
    `comment on table testbed.migrations is 'Steps of this schema, with a checksum of their SQL.'`,
  );
}

function checkApplied(applied: readonly AppliedRow[], known: readonly Migration[]): void {
  for (const [index, row] of applied.entries()) {
    const migration = known[index];
    if (migration === undefined) {
      throw new TestbedError(
        'DATABASE_MIGRATION',
        `The schema "testbed" is at version ${applied.at(-1)?.version}, this testbed knows ${known.length}.`,
        { hint: 'Use the newer testbed that made it, or another database (DATABASE_URL).' },
      );
    }
    if (row.version !== migration.version) throw foreignSchema();
    if (row.checksum !== checksumOf(migration)) {
      throw new TestbedError(
        'DATABASE_MIGRATION',
        `Version ${row.version} (${row.name}) of the schema "testbed" was made by a different SQL text than this testbed has.`,
        {
          hint: 'It comes from a development version. Keep it by renaming it: ALTER SCHEMA testbed RENAME TO testbed_old; the next start makes a fresh one.',
          details: { stored: row.checksum, known: checksumOf(migration) },
        },
      );
    }
  }
}

async function apply(client: ClientBase, migration: Migration): Promise<void> {
  await client.query(migration.sql);
  await client.query(
    'insert into testbed.migrations (version, name, checksum) values ($1, $2, $3)',
    [migration.version, migration.name, checksumOf(migration)],
  );
}

function foreignSchema(): TestbedError {
  return new TestbedError(
    'DATABASE_MIGRATION',
    'The database has a schema "testbed" that this program did not make.',
    {
      hint: 'Use another database (DATABASE_URL), or rename that schema: ALTER SCHEMA testbed RENAME TO something_else.',
    },
  );
}
