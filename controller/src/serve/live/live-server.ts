/**
 * The live stream at work: takes what runs tell, and publishes an update a second while somebody
 * looks; with nobody looking, the next who comes gets a snapshot.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Progress } from '../../model/progress.ts';
import type { Snapshot, Status, Update } from '../api/live.ts';
import type { Queue, QueueEntry } from '../api/queue.ts';
import { createEventChannel, type EventChannel } from '../http/event-channel.ts';
import { createDiscovery, type TargetGroup } from '../metrics/discovery.ts';
import type { StoreBox } from '../store-box.ts';
import { createHostWatch } from './host-watch.ts';
import { type CurrentRepetition, createLiveRun } from './live-run.ts';

export interface LiveServer {
  readonly channel: EventChannel;
  begin(entry: QueueEntry): void;
  end(entry: QueueEntry): void;
  progress(event: Progress): void;
  remark(text: string): void;
  queueChanged(): void;
  status(): Status;
  current(): (CurrentRepetition & { readonly runId: string }) | null;
  targets(address: string): readonly TargetGroup[];
  repetitionsEnded(): number;
  close(): void;
}

export interface LiveDependencies {
  readonly clock: Clock;
  readonly version: string;
  readonly epoch: string;
  readonly wantsToken: boolean;
  readonly store: StoreBox;
  readonly queue: () => Queue;
  readonly every: (ms: number, work: () => void) => () => void;
}

const UPDATE_MS = 1_000;
const HEARTBEAT_MS = 15_000;

export function createLiveServer(deps: LiveDependencies): LiveServer {
  const { clock, version, epoch, wantsToken, store, every } = deps;
  const startedAt = clock.now().toISOString();
  const run = createLiveRun();
  const host = createHostWatch();
  const discovery = createDiscovery();
  let runId: string | null = null;
  let attempt = 0;
  let isQueueFresh = false;

  const status = (): Status => {
    const at = clock.now();
    const { current, waiting } = deps.queue();
    return {
      at: at.toISOString(),
      version,
      startedAt,
      wantsToken,
      viewers: channel.viewers,
      run: current === null ? null : run.run(current.state, at),
      waiting: waiting.length,
      host: host.look(clock.monotonicMs()),
      database: store.state(),
    };
  };
  const snapshot = (): Snapshot => {
    const { phases, results, log, ...rest } = run.snapshot();
    const told = { phases: [...phases], results: [...results], log: [...log] };
    return { status: status(), queue: deps.queue(), ...rest, ...told };
  };
  const channel = createEventChannel({ epoch, opening: () => [['snapshot', snapshot()]] });
  const update = (): Update => {
    const { phases, results, points, log, ...rest } = run.changes();
    const isOther = isQueueFresh;
    isQueueFresh = false;
    return {
      status: status(),
      ...(isOther ? { queue: deps.queue() } : {}),
      ...rest,
      ...(phases === undefined ? {} : { phases: [...phases] }),
      ...(results === undefined ? {} : { results: [...results] }),
      ...(points === undefined ? {} : { points: [...points] }),
      ...(log === undefined ? {} : { log: [...log] }),
    };
  };
  const noteTargets = (): void => {
    const current = run.current();
    const known =
      current === null || runId === null
        ? null
        : { runId, cell: current.cell, repetition: current.repetition, attempt };
    discovery.note(known, clock.monotonicMs());
  };
  const stopUpdates = every(UPDATE_MS, () => {
    if (channel.viewers > 0) channel.publish('update', update());
    // What nobody has seen is in the snapshot of who comes next.
    else {
      run.changes();
      channel.skip();
    }
  });
  const stopBeats = every(HEARTBEAT_MS, () => channel.heartbeat());
  return {
    channel,
    begin(entry) {
      runId = entry.id;
      run.begin(entry, clock.now());
      isQueueFresh = true;
    },
    end() {
      // What was measured stays to be looked at until the next begins.
      run.finish(clock.now());
      noteTargets();
      isQueueFresh = true;
    },
    progress(event) {
      if (event.kind === 'repetition-started') attempt = event.attempt;
      run.take(event, clock.now());
      if (event.kind === 'repetition-started' || event.kind === 'repetition-ended') noteTargets();
    },
    remark: (text) => run.remark(text, clock.now()),
    queueChanged() {
      isQueueFresh = true;
    },
    status,
    current() {
      const current = run.current();
      return current === null || runId === null ? null : { ...current, runId };
    },
    targets(address) {
      noteTargets();
      return discovery.groups(address, clock.monotonicMs());
    },
    repetitionsEnded: () => run.repetitionsEnded(),
    close() {
      stopUpdates();
      stopBeats();
      channel.close('end', { reason: 'The server ends.' });
    },
  };
}
