/**
 * The queue at work: takes what is submitted, starts the next when nothing runs, ends what is to
 * end, and keeps the file up to date before it answers.
 */

import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { createRunId, type RunId } from '../../model/ids.ts';
import type { Progress } from '../../model/progress.ts';
import type { Accepted, EntryState, Queue, QueueEntry, Submission } from '../api/queue.ts';
import type { EventChannel } from '../http/event-channel.ts';
import { runUnknown } from '../run-unknown.ts';
import { createEndedChannel, createRunFollowers, type RunFollowers } from './follow-run.ts';
import type { QueueFile } from './queue-file.ts';
import type { RunQueue, StoredEntry } from './run-queue.ts';
import type { Outcome } from './runner.ts';

export interface Dispatcher {
  /** @throws TestbedError QUEUE_FULL, DATA_FOLDER_UNUSABLE, DISK_FULL */
  submit(name: string, submission: Submission, by: string): Promise<Accepted>;
  /** @throws TestbedError RUN_UNKNOWN, RUN_ENDED */
  end(id: string, how: 'stop' | 'kill'): Promise<QueueEntry>;
  /** @throws TestbedError QUEUE_CHANGED */
  reorder(ids: readonly string[]): Promise<Queue>;
  /** @throws TestbedError RUN_UNKNOWN */
  find(id: string): QueueEntry;
  view(): Queue;
  /** @throws TestbedError RUN_UNKNOWN */
  follow(id: string): { readonly channel: EventChannel; readonly isOver: boolean };
  /** Starts what waits. */
  start(): void;
  /** Nothing is started any more, and what runs is ended; resolves when it has. */
  close(kill: AbortSignal): Promise<void>;
}

export interface DispatcherDependencies {
  readonly clock: Clock;
  readonly chance: () => number;
  readonly epoch: string;
  readonly queue: RunQueue;
  readonly file: QueueFile;
  readonly carryOut: (work: Work) => Promise<Outcome>;
  /** Something about the queue or its current entry has changed. */
  readonly onChange: () => void;
  readonly onBegin: (entry: QueueEntry) => void;
  readonly onEnd: (entry: QueueEntry) => void;
  readonly onBug: (error: unknown) => void;
}

export interface Work {
  readonly id: RunId;
  readonly submission: Submission;
  readonly endings: { readonly stop: AbortSignal; readonly kill: AbortSignal };
  readonly onRunning: () => void;
  readonly onProgress: (event: Progress) => void;
}

interface Current {
  readonly id: string;
  readonly stop: AbortController;
  readonly kill: AbortController;
  readonly done: Promise<void>;
}

export function createDispatcher(deps: DispatcherDependencies): Dispatcher {
  const { clock, queue, file, onChange } = deps;
  const followers = new Map<string, RunFollowers>();
  let current: Current | null = null;
  let isOpen = false;

  const now = (): string => clock.now().toISOString();
  const save = async (): Promise<void> => {
    onChange();
    await file.save(queue.saved());
  };
  /** Of what happens by itself: there is nobody to be told but the server's own output. */
  const saveLater = (): void => {
    save().catch(deps.onBug);
  };
  const placeOf = (entry: QueueEntry): Accepted => ({ entry, ahead: queue.ahead(entry.id) });
  const tellPlaces = (): void => {
    for (const [id, one] of followers) {
      const entry = queue.find(id);
      if (entry !== null) one.placed(placeOf(entry));
    }
  };
  const setState = (state: EntryState): void => {
    queue.update({ state });
    tellPlaces();
    saveLater();
  };
  const close = (id: string, changes: Partial<QueueEntry>): QueueEntry => {
    const entry = queue.end(id, { ...changes, endedAt: now() });
    followers.get(id)?.end(entry);
    followers.delete(id);
    deps.onEnd(entry);
    tellPlaces();
    return entry;
  };
  const run = async ({ entry, submission }: StoredEntry, signals: Omit<Current, 'done'>) => {
    // The id was made here, or read from a file that holds what was.
    const id = entry.id as RunId;
    if (submission === null) throw new Error(`Broken invariant: ${id} without a submission`);
    const outcome = await deps.carryOut({
      id,
      submission,
      endings: { stop: signals.stop.signal, kill: signals.kill.signal },
      onRunning: () => {
        if (!signals.stop.signal.aborted) setState('running');
      },
      onProgress: (event) => followers.get(id)?.progress(event),
    });
    close(id, outcome);
  };
  const startNext = (): void => {
    if (!isOpen || current !== null) return;
    const next = queue.takeNext({ state: 'preparing', startedAt: now() });
    if (next === null) return;
    const signals = { id: next.entry.id, stop: new AbortController(), kill: new AbortController() };
    followersOf(next.entry);
    deps.onBegin(next.entry);
    tellPlaces();
    // On disk before it starts: a server that dies under it has to know.
    const done = save()
      .catch(deps.onBug)
      .then(() => run(next, signals))
      .catch(deps.onBug)
      .then(async () => {
        current = null;
        await save().catch(deps.onBug);
        startNext();
      });
    current = { ...signals, done };
  };
  const followersOf = (entry: QueueEntry): RunFollowers => {
    const known = followers.get(entry.id);
    if (known !== undefined) return known;
    const made = createRunFollowers(deps.epoch, placeOf(entry));
    followers.set(entry.id, made);
    return made;
  };
  const find = (id: string): QueueEntry => {
    const entry = queue.find(id);
    if (entry === null) throw runUnknown(id);
    return entry;
  };
  const unusedId = (): RunId => {
    const id = createRunId(clock.now(), deps.chance());
    return queue.find(id) === null ? id : unusedId();
  };
  return {
    async submit(name, submission, by) {
      const entry: QueueEntry = {
        ...{ id: unusedId(), name, state: 'waiting', submittedAt: now(), submittedBy: by },
        ...{ startedAt: null, endedAt: null, isStored: false, error: null, exitCode: null },
      };
      queue.add({ entry, submission });
      try {
        await save();
      } catch (error) {
        // Whoever is told that it was not taken must not find it run later.
        if (queue.isWaiting(entry.id)) close(entry.id, { state: 'removed' });
        throw error;
      }
      startNext();
      return placeOf(find(entry.id));
    },
    async end(id, how) {
      const entry = find(id);
      if (queue.isWaiting(id)) {
        const removed = close(id, { state: 'removed', exitCode: 130 });
        await save();
        return removed;
      }
      if (current?.id !== id) throw hasEnded(entry);
      // As on the command line, where the second Ctrl-C comes after a first.
      current.stop.abort(new Error('stopped by request'));
      if (how === 'kill') current.kill.abort(new Error('cancelled by request'));
      setState(current.kill.signal.aborted ? 'cancelling' : 'stopping');
      return find(id);
    },
    async reorder(ids) {
      queue.reorder(ids);
      tellPlaces();
      await save();
      return queue.view();
    },
    find,
    view: () => queue.view(),
    follow(id) {
      const entry = find(id);
      if (entry.endedAt !== null) {
        return { channel: createEndedChannel(deps.epoch, entry), isOver: true };
      }
      return { channel: followersOf(entry).channel, isOver: false };
    },
    start() {
      isOpen = true;
      startNext();
    },
    async close(kill) {
      isOpen = false;
      const running = current;
      if (running === null) return;
      const killIt = (): void => running.kill.abort(kill.reason);
      running.stop.abort(new Error('the server ends'));
      setState('stopping');
      if (kill.aborted) killIt();
      else kill.addEventListener('abort', killIt, { once: true });
      await running.done;
    },
  };
}

function hasEnded({ id, state }: QueueEntry): TestbedError {
  return new TestbedError('RUN_ENDED', `Run ${id} has ended already: ${state}.`, {
    hint: `Look at it: testbed report ${id}`,
  });
}
