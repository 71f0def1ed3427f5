import type { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import type { RecordStore } from '../postgres/postgres-store.ts';
import type { StorableRecord } from '../record.ts';
import { drain } from './drain.ts';
import type { SpoolEntry, SpoolFolder } from './spool-folder.ts';

/** Tries while the database is away: after 1 s, then with doubling pauses. */
const firstPauseMs = 1_000;
const pauseMsMax = 30_000;

export interface FlusherDependencies {
  readonly folder: SpoolFolder;
  readonly inner: RecordStore;
  readonly clock: Clock;
  readonly onWarning: (text: string) => void;
}

/** Moves records from the spool to the database: at once, or when the database is back. */
export interface Flusher {
  pending(): number;
  setQuiet(quiet: boolean): void;
  /** Looks at the disk. */
  count(): Promise<readonly SpoolEntry[]>;
  /** A record was put; it is written in this call unless the database is known to be away. */
  push(name: string, storable: StorableRecord): Promise<void>;
  /** Writes what waits, whether the database was away or not. Never rejects. */
  flush(): Promise<void>;
  /** Begins to ask again in the background. */
  noteAway(failure: TestbedError): void;
  isAway(): boolean;
  /** Ends the background; what is under way is finished. */
  stop(): Promise<void>;
}

export function createFlusher({ folder, inner, clock, onWarning }: FlusherDependencies): Flusher {
  const closing = new AbortController();
  let turn: Promise<void> = Promise.resolve();
  let away: TestbedError | undefined;
  let retrying: Promise<void> = Promise.resolve();
  let isTold = false;
  let isQuiet = false;
  let pending = 0;
  let fresh: { readonly name: string; readonly storable: StorableRecord } | undefined;

  const count = async (): Promise<readonly SpoolEntry[]> => {
    const entries = await folder.list();
    // What another living process put is in its care.
    pending = entries.filter((entry) => !entry.isOthers).length;
    return entries;
  };
  const recall = (name: string): StorableRecord | undefined =>
    fresh?.name === name ? fresh.storable : undefined;

  const flushOnce = async (): Promise<void> => {
    try {
      const failure = await drain({ folder, inner, onWarning, recall });
      await count();
      if (failure === undefined) away = undefined;
      else noteAway(failure);
    } catch (error) {
      // Not the database: the folder itself. The records are where they were.
      onWarning(messageOf(error));
    }
  };
  /** One at a time, so that records arrive in order. */
  const flush = (): Promise<void> => {
    turn = turn.then(flushOnce);
    return turn;
  };
  const retry = async (): Promise<void> => {
    let pauseMs = firstPauseMs;
    while (away !== undefined && !closing.signal.aborted) {
      try {
        await clock.sleep(pauseMs, { signal: closing.signal });
      } catch {
        return;
      }
      // A measured window is not the time to load the machine with old records.
      if (!isQuiet) await flush();
      pauseMs = Math.min(pauseMs * 2, pauseMsMax);
    }
  };
  const noteAway = (failure: TestbedError): void => {
    const isNews = away === undefined;
    away = failure;
    if (isNews) {
      isTold = false;
      if (!closing.signal.aborted) retrying = retry();
    }
    if (pending === 0 || isTold) return;
    isTold = true;
    onWarning(`${failure.message} Records are kept in ${folder.path} and written when it is back.`);
  };

  return {
    pending: () => pending,
    setQuiet: (quiet) => {
      isQuiet = quiet;
    },
    count,
    push: async (name, storable) => {
      pending++;
      if (away !== undefined) {
        noteAway(away);
        return;
      }
      fresh = { name, storable };
      await flush();
      if (fresh?.name === name) fresh = undefined;
    },
    flush,
    noteAway,
    isAway: () => away !== undefined,
    stop: async () => {
      closing.abort();
      await retrying;
      await turn;
    },
  };
}
