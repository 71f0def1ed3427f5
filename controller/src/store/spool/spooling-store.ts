import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import type { RecordStore } from '../postgres/postgres-store.ts';
import { failureOf } from '../postgres/translate-postgres-error.ts';
import { runIdOf, type StorableRecord } from '../record.ts';
import type { OpenedStore } from '../store.ts';
import { createFlusher } from './flusher.ts';
import { createMergedReads } from './merged-reads.ts';
import { createRefuge, type TakenIn } from './refuge.ts';
import { encodeSpoolFile } from './spool-file.ts';
import { openSpoolFolder } from './spool-folder.ts';

/*
 * A store that loses nothing while its database is away. Every record is first made safe in the
 * spool folder and then written to the database; what could not be written waits on disk and is
 * written when the database is back: by this process (flusher.ts), at its end, or by the next one
 * that opens the store. Reads see waiting records as if they were stored (merged-reads.ts). Where
 * the disk itself is full, records wait on another one until the next process (refuge.ts).
 */

export interface SpoolDependencies {
  readonly clock: Clock;
  /** Fires when this process should end soon: no patience with an absent database at the end. */
  readonly signal: AbortSignal;
  readonly onWarning: (text: string) => void;
  /** Folders on other disks, for records that find no room on this one; replaced in tests. */
  readonly refuges?: readonly string[];
}

/**
 * Looks for the database and writes what earlier processes left, in the background. An absent
 * database is no failure: records wait.
 * @throws TestbedError DATA_FOLDER_UNUSABLE, DISK_FULL; what `inner.check` throws if waiting will
 * not help (wrong password, foreign schema); the signal's reason when it fires meanwhile
 */
export async function createSpoolingStore(
  inner: RecordStore,
  dataFolder: string,
  dependencies: SpoolDependencies,
): Promise<OpenedStore> {
  const { clock, signal } = dependencies;
  const onWarning = warnOnce(dependencies.onWarning);
  const folder = await openSpoolFolder(dataFolder, clock);
  const refuge = createRefuge(dataFolder, dependencies.refuges);
  const flusher = createFlusher({ folder, inner, clock, onWarning });
  const reads = createMergedReads({ folder, inner, onWarning });
  const stamp = createStamp(clock);
  /** Runs of which something is known to be in the database. */
  const storedRuns = new Set<string>();

  const save = async (storable: StorableRecord): Promise<void> => {
    const runId = runIdOf(storable);
    let name: string;
    try {
      name = await put(storable);
    } catch (error) {
      await saveElsewhere(storable, error);
      return;
    }
    await flusher.push(name, storable);
    const entries = await flusher.count();
    if (!entries.some((entry) => entry.name === name)) storedRuns.add(runId);
  };
  const put = async (storable: StorableRecord): Promise<string> => {
    const runId = runIdOf(storable);
    if (storedRuns.has(runId)) await folder.markStored(runId);
    return folder.put(storable);
  };
  /** No room for the spool; the database may be elsewhere, and if it is not, the refuge is. */
  const saveElsewhere = async (storable: StorableRecord, spoolError: unknown): Promise<void> => {
    const what = nameRecord(storable);
    try {
      await inner.write(storable);
    } catch (error) {
      throw neitherWorks(spoolError, error, `${what} ${await keep(storable)}`);
    }
    storedRuns.add(runIdOf(storable));
    onWarning(`${messageOf(spoolError)} ${what} went to the database directly.`);
  };
  const keep = async (storable: StorableRecord): Promise<string> => {
    // A run that cannot even be begun has measured nothing.
    if (storable.kind === 'run' && storable.record.status === 'running') return 'is not stored.';
    const content = await encodeSpoolFile(storable);
    const file = await refuge.keep(folder.nameOf(storable), content);
    return file === undefined
      ? 'found no other place either and is lost: what is printed is all there is of it.'
      : `is kept in ${file}; the next testbed command with this data folder stores it.`;
  };
  const takeIn = async (): Promise<readonly TakenIn[]> => refuge.takeIn(folder.adopt);
  /** Marks are needed only while records of their run wait. */
  const forgetFinishedRuns = async (): Promise<void> => {
    const waiting = new Set((await flusher.count()).map((entry) => entry.runId));
    for (const runId of await folder.listMarked()) {
      if (!waiting.has(runId)) await folder.unmarkStored(runId);
    }
  };

  for (const taken of await takeIn()) onWarning(describeTaken(taken));
  await flusher.count();
  try {
    await inner.check({ signal });
    if (flusher.pending() > 0) void flusher.flush();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TestbedError) || failureOf(error) !== 'away') throw error;
    flusher.noteAway(error);
  }

  return {
    ...reads,
    location: inner.location,
    loadRun: async (id) => {
      const found = await reads.loadRun(id);
      if (!flusher.isAway()) storedRuns.add(id);
      return found;
    },
    saveRun: (record) => save({ kind: 'run', savedAt: stamp(), record }),
    saveRepetition: (record) => save({ kind: 'repetition', savedAt: stamp(), record }),
    pending: () => flusher.pending(),
    isAway: () => flusher.isAway(),
    setQuiet: (quiet) => flusher.setQuiet(quiet),
    close: async () => {
      await flusher.stop();
      // Somebody may have made room meanwhile; if not, where records are was told when they came.
      if ((await takeIn()).some(({ count }) => count > 0)) await flusher.count();
      const isHopeless = flusher.isAway() && signal.aborted;
      if (flusher.pending() > 0 && !isHopeless) await flusher.flush();
      await forgetFinishedRuns().catch((error: unknown) => onWarning(messageOf(error)));
      if (flusher.pending() > 0) onWarning(describePending(flusher.pending(), folder.path));
      await inner.close();
    },
  };
}

/** Rising within the process, whatever the wall clock does: order of saving is order of stamps. */
function createStamp(clock: Clock): () => Date {
  let lastMs = 0;
  return () => {
    lastMs = Math.max(clock.now().getTime(), lastMs + 1);
    return new Date(lastMs);
  };
}

function warnOnce(onWarning: (text: string) => void): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text)) return;
    told.add(text);
    onWarning(text);
  };
}

function describePending(count: number, path: string): string {
  const records = count === 1 ? '1 record waits' : `${count} records wait`;
  return `${records} in ${path}; the next testbed command writes them to the database, if it answers.`;
}

function describeTaken({ folder, count, failure }: TakenIn): string {
  if (failure !== undefined) {
    return `Records that found no room wait in ${folder} still. ${messageOf(failure)}`;
  }
  const records =
    count === 1
      ? '1 record that had found no room was'
      : `${count} records that had found no room were`;
  return `${records} taken in from ${folder}.`;
}

/** Begins a sentence. */
function nameRecord(storable: StorableRecord): string {
  if (storable.kind === 'run') return `The record of run ${storable.record.id}`;
  const { nodeCount, repetition, runId } = storable.record;
  return `The record of repetition ${repetition + 1} with ${nodeCount} nodes (run ${runId})`;
}

function neitherWorks(spoolError: unknown, databaseError: unknown, fate: string): unknown {
  if (!(spoolError instanceof TestbedError)) return spoolError;
  const why = messageOf(databaseError).replace(/\.$/, '');
  return new TestbedError(
    spoolError.code,
    `${spoolError.message} The database takes nothing either: ${why}. ${fate}`,
    { ...(spoolError.hint === undefined ? {} : { hint: spoolError.hint }), cause: spoolError },
  );
}
