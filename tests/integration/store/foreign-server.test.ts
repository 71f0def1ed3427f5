import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../controller/src/lib/system-clock.ts';
import { createDatabase } from '../../../controller/src/store/postgres/database.ts';
import { createUrlSource } from '../../../controller/src/store/postgres/url-source.ts';
import { type ForeignServer, startForeignServer } from './foreign-server.ts';

/** How people's own servers are met: TLS, passwords, rights; and what is said when they refuse. */

let server: ForeignServer;
const warnings: string[] = [];
const note = (warning: Error): void => void warnings.push(String(warning));

beforeAll(async () => {
  process.on('warning', note);
  server = await startForeignServer([
    `create role owner login password 'a#b@c/d'`,
    `create role other login password 'plain'`,
    'create database theirs owner owner',
    'grant create on database theirs to other',
  ]);
}, 60_000);

afterAll(async () => {
  process.off('warning', note);
  await server.stop();
}, 30_000);

/** @returns whether the connection was encrypted, after the schema was brought up to date */
async function visit(user: string, query = '', environment = {}): Promise<boolean> {
  const url = `postgres://${user}@127.0.0.1:${server.port}/theirs${query}`;
  const database = createDatabase(createUrlSource(url, environment), { clock: systemClock });
  try {
    return await database.use(async (client) => {
      const found = await client.query<{ ssl: boolean }>(
        'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
      );
      return found.rows[0]?.ssl ?? false;
    });
  } finally {
    await database.close();
  }
}

const owner = 'owner:a%23b%40c%2Fd';

describe('a server of others', () => {
  it.each(['', '?sslmode=prefer', '?sslmode=require'])(
    'is talked to in cipher with "%s", whoever signed its certificate',
    async (query) => {
      expect(await visit(owner, query)).toBe(true);
    },
  );

  it('is believed if the URL names its certificate', async () => {
    const query = `?sslmode=verify-full&sslrootcert=${server.certificate}`;
    expect(await visit(owner, query)).toBe(true);
  });

  it.each([
    ['?sslmode=verify-full', /nobody known here has signed \(DEPTH_ZERO/, /sslrootcert=.*require/],
    ['?sslmode=disable', /over encrypted connections only \(28000\)/, /sslmode=require/],
  ])('refuses %s in our words', async (query, message, hint) => {
    await expect(visit(owner, query)).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
      details: expect.objectContaining({ failure: 'refused' }),
    });
  });

  it('is asked once where the URL has no password, which is then missed at once', async () => {
    const startedMs = systemClock.monotonicMs();
    await expect(visit('owner')).rejects.toMatchObject({
      message: expect.stringMatching(/asks for the password of "owner", and DATABASE_URL has none/),
      hint: expect.stringMatching(/PGPASSWORD or ~\/\.pgpass/),
      details: { failure: 'refused' },
    });
    expect(systemClock.monotonicMs() - startedMs).toBeLessThan(4_000);
    expect(await visit('owner', '', { PGPASSWORD: 'a#b@c/d' })).toBe(true);
  });

  it('tells a wrong password from a missing one', async () => {
    await expect(visit('owner:wrong')).rejects.toMatchObject({
      message: expect.stringMatching(/refuses user and password \(28P01\)/),
    });
  });

  it('names the owner of a schema that we may not use', async () => {
    await visit(owner);
    await expect(visit('other:plain')).rejects.toMatchObject({
      code: 'DATABASE_MIGRATION',
      message: expect.stringMatching(/"testbed" belongs to "owner", and the user "other" has not/),
      hint: expect.stringMatching(/Connect as "owner"/),
    });
  });

  it('brings no warning of Node or of the driver with it', () => {
    expect(warnings).toEqual([]);
  });
});
