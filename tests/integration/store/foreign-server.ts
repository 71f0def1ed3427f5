/** A Postgres of somebody else: over TCP, TLS only, with passwords and a certificate of its own. */
import { execFile, spawn } from 'node:child_process';
import { chown, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { chooseAccount } from '../../../controller/src/store/embedded/account.ts';
import { findBinaries } from '../../../controller/src/store/embedded/binaries.ts';
import { spawnIdentity } from '../../../controller/src/store/embedded/commands.ts';
import { createWorkplace, waitFor } from './workplace.ts';

export interface ForeignServer {
  readonly port: number;
  /** Signed by nobody but itself, for 127.0.0.1. */
  readonly certificate: string;
  /** As the superuser, who needs no password. */
  sql<T extends pg.QueryResultRow>(text: string): Promise<T[]>;
  stop(): Promise<void>;
}

const rules = `local all all trust
hostssl all all 127.0.0.1/32 scram-sha-256
`;

/** @param sql statements of the superuser before anybody else comes */
export async function startForeignServer(sql: readonly string[]): Promise<ForeignServer> {
  const place = await createWorkplace();
  await (await place.open()).close();
  const folder = join(place.dataFolder, 'postgres');
  const account = await chooseAccount(folder);
  const binaries = await findBinaries(account, { major: 18, copyFolder: join(folder, 'programs') });
  const [certificate, key] = [join(folder, 'data/own.crt'), join(folder, 'data/own.key')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=own'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-out', certificate, '-keyout', key],
  ]);
  if (account.isOther) await chown(key, account.uid, account.gid);
  if (account.isOther) await chown(certificate, account.uid, account.gid);
  await writeFile(join(folder, 'data/pg_hba.conf'), rules);
  const port = await freePort();
  const settings = {
    ...{ listen_addresses: '127.0.0.1', port, unix_socket_directories: join(folder, 'socket') },
    ...{ ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key, fsync: 'off' },
  };
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(binaries.folder, 'postgres'), ['-D', join(folder, 'data'), ...words], {
    ...spawnIdentity(account),
    stdio: 'ignore',
  });
  const ask = async <T extends pg.QueryResultRow>(text: string): Promise<T[]> => {
    const host = join(folder, 'socket');
    const client = new pg.Client({ host, port, user: 'testbed', database: 'testbed' });
    await client.connect();
    try {
      return (await client.query<T>(text)).rows;
    } finally {
      await client.end();
    }
  };
  await waitFor(() =>
    ask('select 1').then(
      () => true,
      () => false,
    ),
  );
  for (const statement of sql) await ask(statement);
  return {
    port,
    certificate: await readFile(certificate, 'utf8').then(() => certificate),
    sql: ask,
    async stop() {
      server.kill('SIGINT');
      await new Promise((resolve) => server.once('exit', resolve));
      await place.remove();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
