import { readFile, stat } from 'node:fs/promises';
import { TestbedError } from '../../errors/testbed-error.ts';

/** Whom the server runs as. Postgres refuses to run as root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** False: it is the account of this process, and nothing needs to be handed over. */
  readonly isOther: boolean;
}

/**
 * This process's own account; for root the owner of an existing database, else `postgres` or
 * `nobody`, which exist on every Linux. No account is ever created.
 * @param clusterFolder folder of the database; may not exist yet
 * @throws TestbedError DATABASE_UNAVAILABLE
 */
export async function chooseAccount(clusterFolder: string): Promise<Account> {
  const uid = process.getuid?.() ?? -1;
  if (uid !== 0) return { name: `uid ${uid}`, uid, gid: process.getgid?.() ?? -1, isOther: false };
  const accounts = await readAccounts();
  const owner = await stat(`${clusterFolder}/data`).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) {
    const known = accounts.find((account) => account.uid === owner.uid);
    if (known !== undefined) return known;
    throw new TestbedError(
      'DATABASE_UNAVAILABLE',
      `The database in ${clusterFolder} belongs to uid ${owner.uid}, which is no account of this machine.`,
      { hint: `Give it to one: chown -R nobody ${clusterFolder}` },
    );
  }
  for (const name of ['postgres', 'nobody']) {
    const found = accounts.find((account) => account.name === name);
    if (found !== undefined) return found;
  }
  throw new TestbedError(
    'DATABASE_UNAVAILABLE',
    'Postgres does not run as root, and this machine has neither an account postgres nor nobody.',
    { hint: 'Create one (`useradd --system postgres`), or set DATABASE_URL to a server.' },
  );
}

async function readAccounts(): Promise<readonly Account[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || uid === undefined || gid === undefined) return [];
    return [{ name, uid: Number(uid), gid: Number(gid), isOther: true }];
  });
}
