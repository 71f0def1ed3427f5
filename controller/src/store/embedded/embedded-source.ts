import { join } from 'node:path';
import { dataFolderError } from '../../errors/data-folder-error.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import { waitUntil } from '../../lib/wait-until.ts';
import type { DatabaseSource } from '../postgres/source.ts';
import { databaseUnavailable } from '../postgres/translate-postgres-error.ts';
import { describeFailedStart } from './describe-failure.ts';
import { type Placement, placeServer } from './placement.ts';
import {
  enterServer,
  isPassing,
  isSilent,
  ownName,
  type Presence,
  type ServerAddress,
} from './presence.ts';
import { isServerOf, readLockPid, type StartedServer, startServer } from './start-server.ts';

/*
 * Our own Postgres, shared by all testbed processes of one data folder. There is no daemon that
 * owns it: whoever finds it silent starts it, whoever finds it running joins, and the last one out
 * stops it. Presence is a shared advisory lock on a connection kept for that purpose, so the death
 * of a process is its leaving, and a server left behind by `kill -9` is adopted by the next.
 */

/** Recovery after a crash may replay up to max_wal_size of log. */
const startMsMax = 90_000;
const stopMsMax = 30_000;

/** Starts that end without a server: lost races, and children of a killed server still ending. */
const failedStartsMax = 20;

export interface EmbeddedDependencies {
  readonly clock: Clock;
  readonly onWarning: (text: string) => void;
}

export interface EmbeddedSource extends DatabaseSource {
  readonly address: ServerAddress;
}

/**
 * Places the server; starts nothing yet.
 * @param dataFolder of the testbed; the database is in its subfolder `postgres` if it can be
 * @throws TestbedError DATA_FOLDER_UNUSABLE, DATABASE_UNAVAILABLE, DISK_FULL
 */
export async function createEmbeddedSource(
  dataFolder: string,
  { clock, onWarning }: EmbeddedDependencies,
): Promise<EmbeddedSource> {
  const placement = await placeServer(dataFolder);
  if (placement.isMoved) {
    onWarning(
      `The database is kept in ${placement.folder}: the account ${placement.account.name}, which runs Postgres for root, cannot enter ${dataFolder}.`,
    );
  }
  const address = addressOf(placement);
  let presence: Presence | undefined;
  let entering: Promise<Presence> | undefined;
  return {
    location: `the testbed's own PostgreSQL in ${placement.folder}`,
    canRestart: true,
    address,
    ready: async ({ signal }) => {
      if (presence === undefined || presence.isLost()) {
        entering ??= startAndEnter(placement, address, { clock, signal }).finally(() => {
          entering = undefined;
        });
        presence = await entering;
      }
      return { ...address, application_name: ownName };
    },
    close: async () => {
      // Its signal has fired; what it has half made goes before we do.
      const last = presence ?? (await entering?.catch(() => undefined));
      presence = undefined;
      if (last !== undefined) await leave(last, placement, { clock, onWarning });
    },
  };
}

/**
 * Stops a server that a killed process left running, unless somebody uses it: enters and leaves it
 * once. Starts nothing, and makes no folder where there is none.
 * @throws TestbedError DATA_FOLDER_UNUSABLE, DATABASE_UNAVAILABLE, DISK_FULL
 */
export async function stopForsakenServer(
  dataFolder: string,
  dependencies: EmbeddedDependencies,
): Promise<void> {
  const pid = await readLockPid(join(dataFolder, 'postgres', 'data', 'postmaster.pid'));
  if (pid === undefined) return;
  const placement = await placeServer(dataFolder);
  if (!(await isServerOf(pid, placement.dataFolder))) return;
  // One that is just ending, or does not let us in, is not ours to stop.
  const presence = await enterServer(addressOf(placement), dependencies.clock).catch(
    () => undefined,
  );
  if (presence !== undefined) await leave(presence, placement, dependencies);
}

function addressOf({ socketFolder }: Placement): ServerAddress {
  return { host: socketFolder, port: 5432, user: 'testbed', database: 'testbed' };
}

interface Waiting {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Joins the server; starts it first as often as it is found silent. */
async function startAndEnter(
  placement: Placement,
  address: ServerAddress,
  { clock, signal }: Waiting,
): Promise<Presence> {
  let started: StartedServer | undefined;
  let failedStarts = 0;
  const look = async (): Promise<Presence | undefined> => {
    try {
      return await enterServer(address, clock);
    } catch (error) {
      if (isPassing(error)) throw error;
      if (!isSilent(error)) throw unusable(placement, error);
      const exit = started?.exited();
      if (started !== undefined && exit !== undefined) {
        const tail = await started.logTail();
        const isWorthRepeating = exit.isKilled || isRaceLost(tail);
        if (!isWorthRepeating || ++failedStarts > failedStartsMax) {
          throw describeFailedStart(placement, tail);
        }
        started = undefined;
      }
      started ??= await start(placement, { clock, signal });
      throw error;
    }
  };
  const outcome = await waitUntil(
    look,
    { clock, signal, deadlineMs: startMsMax, pauseMs: 10, pauseMsMax: 250 },
    (error) => error instanceof TestbedError,
  ).catch(async (error: unknown) => {
    if (signal.aborted) await undoStart(started, placement, address, { clock, signal });
    throw error;
  });
  if (outcome.value !== undefined) return outcome.value;
  const tail = await started?.logTail();
  throw databaseUnavailable(
    'away',
    `The database in ${placement.folder} did not answer within ${startMsMax / 1000} s; the last attempt said: ${messageOf(outcome.lastError)}${tail ? `; its log ends with:\n${tail}` : ''}`,
    { hint: `Read its log: ${placement.logFile}` },
  );
}

/** A folder that takes no files does not take them at the next try either. */
async function start(placement: Placement, waiting: Waiting): Promise<StartedServer> {
  try {
    return await startServer(placement, waiting);
  } catch (error) {
    waiting.signal.throwIfAborted();
    if (error instanceof TestbedError) throw error;
    throw dataFolderError(`The database in ${placement.folder} cannot be started`, error);
  }
}

/**
 * Of a start that is no longer wanted nothing stays. A server that answers may have been joined by
 * others, so it is left as anybody leaves it; one that does not answer yet has nobody in it.
 */
async function undoStart(
  started: StartedServer | undefined,
  placement: Placement,
  address: ServerAddress,
  { clock }: Waiting,
): Promise<void> {
  if (started === undefined || started.exited() !== undefined) return;
  const presence = await enterServer(address, clock).catch(() => undefined);
  if (presence === undefined) await started.stop();
  else await leave(presence, placement, { clock, onWarning: () => undefined });
}

/** Another start holds the lock file, or the memory of a killed server is still in use. */
function isRaceLost(tail: string): boolean {
  return /lock file .* already exists|shared memory block .* is still in use/.test(tail);
}

function unusable(placement: Placement, cause: unknown): TestbedError {
  return databaseUnavailable(
    'away',
    `The database in ${placement.folder} cannot be used: ${messageOf(cause)}`,
    { hint: `Read its log: ${placement.logFile}`, cause },
  );
}

/** The last one out stops the server; whoever is not the last just goes. Never rejects. */
async function leave(
  presence: Presence,
  placement: Placement,
  { clock, onWarning }: EmbeddedDependencies,
): Promise<void> {
  try {
    if (!presence.isLost() && (await presence.isLastOut())) await stopServer(placement, clock);
  } catch (error) {
    if (!presence.isLost()) onWarning(`The database was left running: ${messageOf(error)}`);
  } finally {
    await presence.end().catch(() => undefined);
  }
}

/** Ends the server with a checkpoint, so that the next start has nothing to recover. */
async function stopServer(placement: Placement, clock: Clock): Promise<void> {
  const { dataFolder } = placement;
  const pid = await readLockPid(join(dataFolder, 'postmaster.pid'));
  if (pid === undefined || !(await isServerOf(pid, dataFolder))) return;
  process.kill(pid, 'SIGINT');
  const outcome = await waitUntil(
    async () => ((await isServerOf(pid, dataFolder)) ? undefined : true),
    {
      clock,
      signal: clock.timeoutSignal(2 * stopMsMax),
      deadlineMs: stopMsMax,
      pauseMs: 10,
      pauseMsMax: 100,
    },
  );
  if (outcome.value === undefined) {
    throw new Error(`process ${pid} did not end within ${stopMsMax / 1000} s`);
  }
}
