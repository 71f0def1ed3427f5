/** One run at a time, others wait: the queue as a value with its moves. Pure. */
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Queue, QueueEntry, Submission } from '../api/queue.ts';

export interface StoredEntry {
  readonly entry: QueueEntry;
  /** What is to be run; null where it has ended. */
  readonly submission: Submission | null;
}

export interface SavedQueue {
  /** The one under way first, then those that wait, the next first. */
  readonly active: readonly StoredEntry[];
  /** The latest first. */
  readonly ended: readonly QueueEntry[];
}

export interface RunQueue {
  /** @throws TestbedError QUEUE_FULL */
  add(stored: StoredEntry): void;
  /** @throws TestbedError QUEUE_CHANGED unless it names every waiting entry once */
  reorder(ids: readonly string[]): void;
  /** The next one, if none is under way; it is then. */
  takeNext(changes: Partial<QueueEntry>): StoredEntry | null;
  /** Of the one under way. */
  update(changes: Partial<QueueEntry>): void;
  /** An entry that waits or is under way has ended. */
  end(id: string, changes: Partial<QueueEntry>): QueueEntry;
  find(id: string): QueueEntry | null;
  isWaiting(id: string): boolean;
  /** Runs that come before it. */
  ahead(id: string): number;
  view(): Queue;
  saved(): SavedQueue;
}

export const waitingMax = 200;
const endedMax = 50;

export function createRunQueue(saved: SavedQueue): RunQueue {
  let current: StoredEntry | null = null;
  let waiting = [...saved.active];
  let ended = [...saved.ended];
  return {
    add(stored) {
      if (waiting.length >= waitingMax) {
        throw new TestbedError('QUEUE_FULL', `${waiting.length} runs wait; no more are taken.`, {
          hint: 'Wait until some have run, or take some out of the queue.',
        });
      }
      waiting.push(stored);
    },
    reorder(ids) {
      const byId = new Map(waiting.map((stored) => [stored.entry.id, stored]));
      const next = ids.flatMap((id) => byId.get(id) ?? []);
      if (
        next.length !== waiting.length ||
        new Set(ids).size !== ids.length ||
        ids.length !== next.length
      ) {
        throw new TestbedError(
          'QUEUE_CHANGED',
          'This order does not name every run that waits, each once.',
          {
            hint: 'Ask for the queue again (GET /api/v1/queue): one may have started or been added.',
          },
        );
      }
      waiting = next;
    },
    takeNext(changes) {
      const [next, ...rest] = waiting;
      if (current !== null || next === undefined) return null;
      waiting = rest;
      current = { ...next, entry: { ...next.entry, ...changes } };
      return current;
    },
    update(changes) {
      if (current !== null) current = { ...current, entry: { ...current.entry, ...changes } };
    },
    end(id, changes) {
      const found =
        current?.entry.id === id ? current : waiting.find(({ entry }) => entry.id === id);
      if (found == null) throw new Error(`Broken invariant: ${id} is not in the queue`);
      if (current?.entry.id === id) current = null;
      waiting = waiting.filter(({ entry }) => entry.id !== id);
      const entry = { ...found.entry, ...changes };
      ended = [entry, ...ended].slice(0, endedMax);
      return entry;
    },
    find(id) {
      if (current?.entry.id === id) return current.entry;
      const found = waiting.find(({ entry }) => entry.id === id)?.entry;
      return found ?? ended.find((entry) => entry.id === id) ?? null;
    },
    isWaiting: (id) => waiting.some(({ entry }) => entry.id === id),
    ahead(id) {
      if (current?.entry.id === id) return 0;
      const index = waiting.findIndex(({ entry }) => entry.id === id);
      return index < 0 ? 0 : index + (current === null ? 0 : 1);
    },
    view: () => ({
      current: current?.entry ?? null,
      waiting: waiting.map(({ entry }) => entry),
      ended,
    }),
    saved: () => ({ active: current === null ? waiting : [current, ...waiting], ended }),
  };
}

/**
 * After a restart: what was under way when the server ended is over, and says why.
 * @param endedAt of that moment nobody knows more than that it is past
 */
export function recoverQueue(saved: SavedQueue, endedAt: string): SavedQueue {
  const isUnderWay = ({ entry }: StoredEntry): boolean => entry.state !== 'waiting';
  const cut = saved.active.filter(isUnderWay).map(({ entry }): QueueEntry => {
    const { code, message, hint, exitCode, details } = serverEnded(entry);
    const docs = `docs/errors.md#${code.toLowerCase()}`;
    const error = { code, message, hint: hint ?? null, exitCode, docs, details: { ...details } };
    return { ...entry, state: 'interrupted', endedAt, error, exitCode };
  });
  return {
    active: saved.active.filter((stored) => !isUnderWay(stored)),
    ended: [...cut, ...saved.ended].slice(0, endedMax),
  };
}

function serverEnded({ id }: QueueEntry): TestbedError {
  return new TestbedError('SERVER_ENDED', `The server ended while run ${id} was under way.`, {
    hint: `What it had stored is there: testbed report ${id}. Submit it again for the rest.`,
  });
}
