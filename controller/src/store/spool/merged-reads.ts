import { TestbedError } from '../../errors/testbed-error.ts';
import { messageOf } from '../../lib/message-of.ts';
import type { RunId } from '../../model/ids.ts';
import type { RepetitionRecord, RunListing } from '../../model/record.ts';
import type { RecordStore } from '../postgres/postgres-store.ts';
import { failureOf } from '../postgres/translate-postgres-error.ts';
import type { StorableRecord } from '../record.ts';
import { runUnknown } from '../run-unknown.ts';
import type { SeriesOrigin, SeriesSelection, Store } from '../store.ts';
import { SpoolFileError } from './spool-file.ts';
import type { SpoolFolder } from './spool-folder.ts';
import { overlaySearch, summariseAll } from './summarise-waiting.ts';
import {
  collectWaiting,
  listWaiting,
  overlayRun,
  overlaySeries,
  type WaitingRun,
} from './waiting-records.ts';

export interface ReadDependencies {
  readonly folder: SpoolFolder;
  readonly inner: RecordStore;
  readonly onWarning: (text: string) => void;
}

type Reads = Pick<
  Store,
  'listRuns' | 'searchRuns' | 'loadRun' | 'loadSamples' | 'loadHostSamples' | 'loadSessions'
>;

/**
 * Reads that see records on disk as if they were stored. With the database away, a run is read
 * from disk if all of it is there, and is an error otherwise: a part is never shown as the whole.
 */
export function createMergedReads(dependencies: ReadDependencies): Reads {
  const { inner, onWarning } = dependencies;
  const loadRun: Reads['loadRun'] = async (id) => {
    const { waiting, stored } = await readBoth(id, dependencies, () => inner.loadRun(id));
    const found = overlayRun(stored, waiting);
    if (found === undefined) throw runUnknown(id);
    return found;
  };
  const loadSeries = async <T>(
    id: RunId,
    selection: SeriesSelection,
    load: (attempts: 'last' | 'all') => Promise<readonly (T & SeriesOrigin)[]>,
    take: (repetition: RepetitionRecord) => readonly T[],
  ): Promise<readonly (T & SeriesOrigin)[]> => {
    const { attempts = 'last' } = selection;
    const { waiting, stored = [] } = await readBoth(id, dependencies, (isAlone) =>
      load(isAlone ? attempts : 'all'),
    );
    return overlaySeries(stored, waiting, selection, take);
  };
  return {
    loadRun,
    listRuns: async (limit) => {
      const waiting = await readAllWaiting(dependencies);
      const stored = await inner.listRuns(limit).catch((error: unknown) => {
        if (waiting.size === 0 || failureOf(error) === undefined) throw error;
        onWarning(`Only runs that wait on disk are listed. ${messageOf(error)}`);
        return [];
      });
      const listings = new Map<RunId, RunListing>(stored.map((listing) => [listing.id, listing]));
      for (const [id, run] of waiting) {
        const whole = await loadRun(id).catch(() => run);
        const listing = listWaiting(whole);
        if (listing !== undefined) listings.set(id, listing);
      }
      return [...listings.values()]
        .sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
        .slice(0, limit);
    },
    searchRuns: async (search) => {
      const waiting = await readAllWaiting(dependencies);
      if (waiting.size === 0) return inner.searchRuns(search);
      const found = await inner.searchRuns(search).catch((error: unknown) => {
        if (failureOf(error) === undefined) throw error;
        onWarning(`Only runs that wait on disk are listed. ${messageOf(error)}`);
        return { runs: [], total: 0 };
      });
      return overlaySearch(found, await summariseAll(waiting, loadRun), search);
    },
    // What waits on disk is written first (store/open-store.ts); history is of what is stored.
    loadSessions: (search) => inner.loadSessions(search),
    loadSamples: (id, selection = {}) =>
      loadSeries(
        id,
        selection,
        (attempts) => inner.loadSamples(id, { ...selection, attempts }),
        ({ samples }) => {
          const { metrics } = selection;
          return metrics === undefined
            ? samples
            : samples.filter((s) => metrics.includes(s.metric));
        },
      ),
    loadHostSamples: (id, selection = {}) =>
      loadSeries(
        id,
        selection,
        (attempts) => inner.loadHostSamples(id, { ...selection, attempts }),
        ({ hostSamples }) => hostSamples,
      ),
  };
}

/** What is on disk of a run, and what `load` finds; undefined if that is nothing. */
async function readBoth<T>(
  id: RunId,
  { folder, inner, onWarning }: ReadDependencies,
  load: (isAlone: boolean) => Promise<T>,
): Promise<{ readonly waiting: WaitingRun; readonly stored: T | undefined }> {
  // Disk first: a record that moves to the database meanwhile is seen twice, not missed.
  const storables = await readWaiting(folder, onWarning, id);
  const waiting = collectWaiting(storables);
  try {
    return { waiting, stored: await load(storables.length === 0) };
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    if (error.code === 'RUN_UNKNOWN') return { waiting, stored: undefined };
    if (failureOf(error) === undefined || waiting.run === undefined) throw error;
    if (await folder.isMarkedStored(id)) {
      throw new TestbedError(
        error.code,
        `Run ${id} is partly on disk and partly in the database at ${inner.location}, which cannot be read: ${error.message}`,
        {
          ...(error.hint === undefined ? {} : { hint: error.hint }),
          cause: error,
          details: error.details,
        },
      );
    }
    return { waiting, stored: undefined };
  }
}

async function readAllWaiting({
  folder,
  onWarning,
}: ReadDependencies): Promise<ReadonlyMap<RunId, WaitingRun>> {
  const runs = new Map<RunId, WaitingRun>();
  for (const id of new Set((await folder.list()).map((entry) => entry.runId))) {
    // The name of the file says which run its record is of.
    const runId = id as RunId;
    runs.set(runId, collectWaiting(await readWaiting(folder, onWarning, runId)));
  }
  return runs;
}

async function readWaiting(
  folder: SpoolFolder,
  onWarning: (text: string) => void,
  id: RunId,
): Promise<readonly StorableRecord[]> {
  const storables: StorableRecord[] = [];
  for (const entry of await folder.list()) {
    if (entry.runId !== id) continue;
    try {
      const storable = await folder.read(entry);
      if (storable !== undefined) storables.push(storable);
    } catch (error) {
      if (!(error instanceof SpoolFileError)) throw error;
      onWarning(`A waiting record of run ${id} cannot be read (${entry.name}). ${error.message}`);
    }
  }
  return storables;
}
