import { createHash } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  constants,
  lstat,
  mkdir,
  realpath,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolderError } from '../../errors/data-folder-error.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { messageOf } from '../../lib/message-of.ts';
import { databaseUnavailable, errorCode } from '../postgres/translate-postgres-error.ts';
import { type Account, chooseAccount } from './account.ts';
import { canWriteInto } from './commands.ts';

/** Where the files of our own server are. */
export interface Placement {
  readonly account: Account;
  /** Holds everything below; mode 0700. */
  readonly folder: string;
  /** PGDATA. */
  readonly dataFolder: string;
  readonly socketFolder: string;
  readonly logFile: string;
  /** Was put outside the testbed's data folder just now, because the account cannot enter that. */
  readonly isMoved: boolean;
}

/** For databases of root whose data folder the server's account cannot enter; never /tmp. */
const elsewhere = ['/var/lib/prsm-testbed', '/var/tmp/prsm-testbed'];

/** sun_path has 108 bytes, one of them the final zero. */
const socketPathBytesMax = 107;
const socketName = '.s.PGSQL.5432';

/**
 * Makes the folders of a server and hands them to its account: `<dataFolder>/postgres`, or, if
 * root's account for it cannot enter that (a checkout under /root), a folder under /var/lib, with
 * a link to it from where it was expected.
 * @throws TestbedError DATA_FOLDER_UNUSABLE, DISK_FULL, DATABASE_UNAVAILABLE
 */
export async function placeServer(dataFolder: string): Promise<Placement> {
  try {
    await makeFolder(dataFolder);
    const expected = join(await realpath(dataFolder), 'postgres');
    const account = await chooseAccount(expected);
    const usual = await tryFolder(expected, account);
    const folder = usual ?? (await placeElsewhere(expected, account));
    const socketFolder = await placeSocket(folder, account);
    return {
      account,
      folder,
      dataFolder: join(folder, 'data'),
      socketFolder,
      logFile: join(folder, 'server.log'),
      isMoved: usual === undefined,
    };
  } catch (error) {
    if (error instanceof TestbedError) throw error;
    throw dataFolderError(`The folder for the database cannot be made in ${dataFolder}`, error);
  }
}

/** @returns the real path, or undefined if the account cannot use it */
async function tryFolder(folder: string, account: Account): Promise<string | undefined> {
  await makeFolder(folder, 0o700);
  const real = await realpath(folder);
  if (account.isOther) await chown(real, account.uid, account.gid);
  if (await canWriteInto(real, account)) return real;
  if (account.isOther) return undefined;
  const refusal: unknown = await access(real, constants.W_OK).then(
    () => null,
    (error: unknown) => error,
  );
  if (errorCode(refusal) === 'EROFS') {
    throw dataFolderError(`The database folder ${real} cannot be written`, refusal);
  }
  throw databaseUnavailable(
    'refused',
    `The database folder ${real} cannot be written by ${account.name}.`,
    {
      hint: `It may have been made by root: run as root again, or take it over: sudo chown -R $(id -u):$(id -g) ${real}`,
    },
  );
}

async function placeElsewhere(expected: string, account: Account): Promise<string> {
  const name = createHash('sha256').update(expected).digest('hex').slice(0, 16);
  const failures: string[] = [];
  for (const base of elsewhere) {
    try {
      await makeFolder(base);
      await assertOwnFolder(base, 0);
      // Independent of the umask: the account has to pass through.
      await chmod(base, 0o755);
      const folder = await tryFolder(join(base, name), account);
      if (folder === undefined) throw new Error(`${account.name} cannot write there`);
      await linkFrom(expected, folder);
      // For whoever finds the folder and wonders whether it is still needed.
      await writeFile(join(folder, 'placed-for.txt'), `${expected}\n`);
      return folder;
    } catch (error) {
      failures.push(`${base}: ${messageOf(error)}`);
    }
  }
  throw databaseUnavailable(
    'refused',
    `The account ${account.name}, which runs Postgres for root, can use neither ${expected} nor another place (${failures.join('; ')}).`,
    { hint: 'Move the checkout to a folder that others may enter, or set DATABASE_URL.' },
  );
}

/** Replaces the empty folder; another start may do the same at the same moment. */
async function linkFrom(expected: string, folder: string): Promise<void> {
  try {
    await rmdir(expected);
    await symlink(folder, expected);
  } catch (error) {
    if ((await realpath(expected).catch(() => '')) !== folder) throw error;
  }
}

/** A short folder that only the server's account (and root) can enter: that is the access control. */
async function placeSocket(folder: string, account: Account): Promise<string> {
  const near = join(folder, 'socket');
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const isShort = Buffer.byteLength(join(near, socketName)) <= socketPathBytesMax;
  const socketFolder = isShort ? near : `/tmp/testbed-pg-${account.uid}-${name}`;
  try {
    await mkdir(socketFolder, { mode: 0o700 });
    if (account.isOther) await chown(socketFolder, account.uid, account.gid);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  await assertOwnFolder(socketFolder, account.uid);
  return socketFolder;
}

/** Somebody else may have made a folder or a link of that name first. */
async function assertOwnFolder(folder: string, uid: number): Promise<void> {
  const found = await lstat(folder);
  if (found.isDirectory() && found.uid === uid && (uid === 0 || (found.mode & 0o077) === 0)) return;
  throw databaseUnavailable('refused', `The folder ${folder} exists and is not ours alone.`, {
    hint: `Look at it and remove it: ls -ld ${folder}`,
  });
}
