import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { waitUntil } from '../../lib/wait-until.ts';
import { databaseUnavailable, errorCode } from '../postgres/translate-postgres-error.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { runCommand, spawnIdentity } from './commands.ts';
import { describeFailedInit } from './describe-failure.ts';
import type { Placement } from './placement.ts';
import { openLog, readTail, sizeOf } from './server-log.ts';

const stopMsMax = 30_000;
const initMsMax = 120_000;

/** Nobody works this long on a draft: what is older was left by a process that was killed. */
const abandonedDraftMs = 10 * 60_000;

/**
 * Everything recorded must survive a power cut, so nothing about durability is turned down. The
 * rest keeps a small server small: it shares the machine with what is measured.
 */
const settings: readonly string[] = [
  'listen_addresses=',
  'unix_socket_permissions=0700',
  'port=5432',
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'shared_buffers=64MB',
  'max_connections=40',
  'max_wal_size=512MB',
  'wal_level=minimal',
  'max_wal_senders=0',
  'jit=off',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_checkpoints=off',
  'logging_collector=off',
];

export interface ServerExit {
  /** Ended by a signal from outside: nothing is wrong with the server itself. */
  readonly isKilled: boolean;
}

/** A process that was started and may or may not become a server that answers. */
export interface StartedServer {
  /** Undefined while it runs. */
  exited(): ServerExit | undefined;
  /** What it wrote to its log since this start. */
  logTail(): Promise<string>;
  /** Ends it if it runs, also while it recovers; resolves when it is gone, or after 30 s. */
  stop(): Promise<void>;
}

/**
 * Creates the database if there is none, and starts the server in a session of its own, so that
 * neither Ctrl-C nor the death of this process takes it along. Returns at once; two that do this
 * together both end well: the later `postgres` sees the lock file of the earlier and exits.
 * @throws TestbedError DATABASE_UNAVAILABLE, DISK_FULL
 */
export async function startServer(
  placement: Placement,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<StartedServer> {
  const binaries = await prepareCluster(placement, clock, signal);
  await removeStaleLocks(placement);
  signal.throwIfAborted();
  const { account, logFile, dataFolder, socketFolder } = placement;
  const log = await openLog(logFile, account);
  const logStart = await sizeOf(logFile);
  let exit: ServerExit | undefined;
  let interrupt = (): void => undefined;
  try {
    const child = spawn(
      join(binaries.folder, 'postgres'),
      [
        ...['-D', dataFolder, '-c', `unix_socket_directories=${socketFolder}`],
        ...settings.flatMap((setting) => ['-c', setting]),
      ],
      { ...spawnIdentity(account), stdio: ['ignore', log.fd, log.fd], detached: true },
    );
    child.once('error', () => {
      exit = { isKilled: false };
    });
    child.once('exit', (_exitCode, signal) => {
      // Any other signal is of its own making: a PANIC ends with SIGABRT.
      exit = { isKilled: signal === 'SIGKILL' || signal === 'SIGTERM' };
    });
    child.unref();
    interrupt = () => void child.kill('SIGINT');
  } finally {
    await log.close();
  }
  const stop = async (): Promise<void> => {
    if (exit === undefined) interrupt();
    await waitUntil(async () => exit, {
      clock,
      signal: clock.timeoutSignal(2 * stopMsMax),
      deadlineMs: stopMsMax,
      pauseMs: 10,
      pauseMsMax: 100,
    });
  };
  return { exited: () => exit, logTail: () => readTail(logFile, logStart), stop };
}

/** @returns programs that fit the database, which exists afterwards */
async function prepareCluster(
  placement: Placement,
  clock: Clock,
  signal: AbortSignal,
): Promise<Binaries> {
  const { account, dataFolder, folder } = placement;
  const major = await readMajor(placement);
  const copyFolder = account.isOther ? '/var/lib/prsm-testbed' : join(folder, 'programs');
  const binaries = await findBinaries(account, { major, copyFolder });
  if (major !== undefined) return binaries;
  await removeAbandonedDrafts(folder, clock);
  signal.throwIfAborted();
  const draft = `${dataFolder}.new-${randomBytes(4).toString('hex')}`;
  const { exitCode, output } = await runCommand(
    join(binaries.folder, 'initdb'),
    [
      ...['-D', draft, '--username=testbed', '--auth=trust', '--encoding=UTF8', '--locale=C'],
      ...['--data-checksums', '--no-instructions'],
    ],
    { account, msMax: initMsMax, signal },
  );
  if (exitCode !== 0) {
    await rm(draft, { recursive: true, force: true });
    signal.throwIfAborted();
    throw await describeFailedInit(placement, output);
  }
  try {
    // All or nothing: a folder named `data` is always a finished database.
    await rename(draft, dataFolder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another start was faster: its database is the one.
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) throw error;
  }
  return binaries;
}

/** @returns the major version that made the data folder; undefined if there is none */
async function readMajor({ dataFolder, folder }: Placement): Promise<number | undefined> {
  const exists = (await stat(dataFolder).catch(() => undefined)) !== undefined;
  if (!exists) return undefined;
  const text = await readFile(join(dataFolder, 'PG_VERSION'), 'utf8').catch(() => '');
  const major = Number.parseInt(text, 10);
  if (Number.isInteger(major)) return major;
  throw databaseUnavailable(
    'away',
    `The folder ${dataFolder} is not a Postgres database: its file PG_VERSION is missing or damaged.`,
    { hint: `Keep it aside and go on with an empty database: mv ${folder} ${folder}.damaged` },
  );
}

async function removeAbandonedDrafts(folder: string, clock: Clock): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('data.new-')) continue;
    const draft = join(folder, name);
    const found = await stat(draft).catch(() => undefined);
    if (found === undefined || clock.now().getTime() - found.mtimeMs < abandonedDraftMs) continue;
    await rm(draft, { recursive: true, force: true });
  }
}

/**
 * Postgres removes the lock file of a dead server itself, unless its process number was given to
 * another process of the same account meanwhile (usual after a reboot, in containers always).
 */
async function removeStaleLocks({ dataFolder, socketFolder }: Placement): Promise<void> {
  const files = [join(dataFolder, 'postmaster.pid'), join(socketFolder, '.s.PGSQL.5432.lock')];
  for (const file of files) {
    const pid = await readLockPid(file);
    if (pid === undefined || (await isServerOf(pid, dataFolder))) continue;
    const aside = `${file}.stale-${randomBytes(4).toString('hex')}`;
    await rename(file, aside).catch(() => undefined);
    // A server that started in this very moment would have put its own number there.
    if ((await readLockPid(aside)) === pid) await rm(aside, { force: true });
    else await rename(aside, file).catch(() => undefined);
  }
}

/** @returns the process number in the first line; undefined without such a file */
export async function readLockPid(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const pid = Math.abs(Number.parseInt(text, 10));
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** A postmaster works in its data folder; anything else with that number is another program. */
export async function isServerOf(pid: number, dataFolder: string): Promise<boolean> {
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return folder === dataFolder;
}
