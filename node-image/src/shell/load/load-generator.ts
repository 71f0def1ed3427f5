import type { LoadStart, LoadStatus, NodeResults, WindowCounters } from '../../contract/index.ts';
import type { Transaction } from '../../engine/seam/message.ts';
import {
  clientOfKey,
  sequenceOfKey,
  transactionKey,
  writeTransactionHeader,
} from '../../engine/shared/transaction.ts';
import type { NodeClock } from '../clock.ts';
import { type Arrivals, createArrivals } from './arrivals.ts';
import {
  createWindowRecorder,
  type SentTransaction,
  type WindowRecorder,
} from './window-recorder.ts';

/**
 * Open-loop client of one node. When a transaction is due depends on the arrival process alone;
 * a late tick sends all that has become due, and latency counts from the due time, so a stalled
 * network or event loop shows in the numbers instead of thinning the load.
 */
export interface LoadGenerator {
  start(order: LoadStart): void;
  /** Ends sending at once; a window that is open ends here. */
  stop(): void;
  status(): LoadStatus;
  /** Null before the end of the measured window, or if there was none. */
  results(): NodeResults | null;
  committed(transactions: readonly Transaction[], nowMs: number): void;
  rejected(transactions: readonly Transaction[]): void;
  ownBlock(createdMs: number, nowMs: number): void;
  /** A block of anybody was committed here. */
  block(transactionCount: number, nowMs: number): void;
}

export interface LoadGeneratorOptions {
  readonly nodeIndex: number;
  /** The first sequence number; later ones count up. Never used twice in the life of a chain. */
  readonly firstSequence: (order: LoadStart) => number;
  /** More than this under way at once: a transaction that falls due is rejected unsent. */
  readonly pendingMax?: number;
}

export interface LoadGeneratorDependencies {
  readonly clock: NodeClock;
  readonly submit: (transactions: readonly Transaction[]) => void;
  /** Called at both ends of the measured window. */
  readonly windowCounters: { begin(): void; end(): WindowCounters };
  /** Own transactions, as they fall due, commit or fail, for the metrics. */
  readonly onLatency: (elapsedMs: number) => void;
  readonly onCount: (kind: 'submitted' | 'rejected', count: number) => void;
}

interface ActiveLoad {
  readonly order: LoadStart;
  readonly arrivals: Arrivals;
  readonly startMs: number;
  readonly recorder: WindowRecorder;
  readonly pending: Map<number, SentTransaction>;
  nextSequence: number;
  scheduled: number;
  committed: number;
  rejected: number;
  /** What of the measured window has passed. */
  phase: 'before' | 'open' | 'over';
  isSending: boolean;
  counters: WindowCounters | null;
  cancelTick: () => void;
  cancelEdge: () => void;
}

/** Shortest pause between two ticks: all that falls due within it is sent together. */
const TICK_MS = 2;
/** Longest pause, so that a changed clock or a long gap never oversleeps the edges by much. */
const TICK_MS_MAX = 250;
const PENDING_MAX = 1_000_000;

export function createLoadGenerator(
  options: LoadGeneratorOptions,
  dependencies: LoadGeneratorDependencies,
): LoadGenerator {
  const { clock } = dependencies;
  const pendingMax = options.pendingMax ?? PENDING_MAX;
  let load: ActiveLoad | null = null;

  const emitDue = (active: ActiveLoad, nowMs: number): void => {
    const untilMs = Math.min(nowMs, active.recorder.endMs);
    const dueTimes: number[] = [];
    while (active.startMs + active.arrivals.nextMs < untilMs) {
      dueTimes.push(active.startMs + active.arrivals.nextMs);
      active.arrivals.advance();
    }
    if (dueTimes.length > 0) emit(active, dueTimes, nowMs);
  };

  const tick = (active: ActiveLoad): void => {
    const nowMs = clock.nowMs();
    emitDue(active, nowMs);
    if (nowMs >= active.recorder.endMs) active.isSending = false;
    else planTick(active);
  };

  const planTick = (active: ActiveLoad): void => {
    const nextMs = Math.min(active.startMs + active.arrivals.nextMs, active.recorder.endMs);
    const delayMs = Math.min(TICK_MS_MAX, Math.max(TICK_MS, nextMs - clock.nowMs()));
    active.cancelTick = clock.after(delayMs, () => tick(active));
  };

  const emit = (active: ActiveLoad, dueTimes: readonly number[], nowMs: number): void => {
    const { sizeBytes } = active.order;
    const room = Math.max(0, pendingMax - active.pending.size);
    const block = Buffer.alloc(sizeBytes * Math.min(room, dueTimes.length));
    const transactions: Transaction[] = [];
    let refused = 0;
    for (const dueMs of dueTimes) {
      const sent = { dueMs, sentMs: nowMs };
      active.scheduled += 1;
      active.recorder.due(sent);
      if (transactions.length >= room) {
        refused += 1;
        active.recorder.rejected(sent);
        continue;
      }
      const at = transactions.length * sizeBytes;
      const transaction = block.subarray(at, at + sizeBytes);
      const sequence = active.nextSequence++;
      writeTransactionHeader(transaction, {
        intendedNs: BigInt(Math.round(dueMs * 1_000)) * 1_000n,
        client: options.nodeIndex,
        sequence,
      });
      active.pending.set(sequence, sent);
      transactions.push(transaction);
    }
    active.rejected += refused;
    if (refused > 0) dependencies.onCount('rejected', refused);
    if (transactions.length === 0) return;
    dependencies.onCount('submitted', transactions.length);
    dependencies.submit(transactions);
  };

  const openWindow = (active: ActiveLoad): void => {
    active.phase = 'open';
    dependencies.windowCounters.begin();
    active.cancelEdge = at(active.recorder.endMs, () => closeWindow(active));
  };

  const closeWindow = (active: ActiveLoad): void => {
    if (active.phase === 'open') active.counters = dependencies.windowCounters.end();
    active.phase = 'over';
    active.cancelEdge();
  };

  const at = (timeMs: number, action: () => void): (() => void) =>
    clock.after(Math.max(0, timeMs - clock.nowMs()), action);

  /** Calls `found` for each transaction that is ours and still under way, and forgets it. */
  const settle = (
    transactions: readonly Transaction[],
    found: (active: ActiveLoad, sent: SentTransaction) => void,
  ): void => {
    const active = load;
    if (active === null || active.pending.size === 0) return;
    for (const transaction of transactions) {
      const key = transactionKey(transaction);
      if (clientOfKey(key) !== options.nodeIndex) continue;
      const sequence = sequenceOfKey(key);
      const sent = active.pending.get(sequence);
      if (sent === undefined) continue;
      active.pending.delete(sequence);
      found(active, sent);
    }
  };

  return {
    start(order) {
      const wallOffsetMs = clock.wallMs() - clock.nowMs();
      const startMs = order.startUnixMs - wallOffsetMs;
      const windowMs = startMs + order.warmupMs;
      const active: ActiveLoad = {
        order,
        arrivals: createArrivals(order),
        startMs,
        recorder: createWindowRecorder({
          startMs: windowMs,
          endMs: windowMs + order.measureMs,
          wallOffsetMs,
        }),
        pending: new Map(),
        nextSequence: options.firstSequence(order),
        scheduled: 0,
        committed: 0,
        rejected: 0,
        phase: 'before',
        isSending: true,
        counters: null,
        cancelTick: () => undefined,
        cancelEdge: () => undefined,
      };
      load = active;
      active.cancelTick = at(startMs, () => tick(active));
      active.cancelEdge = at(windowMs, () => openWindow(active));
    },
    stop() {
      const active = load;
      if (active === null || active.phase === 'over') return;
      const nowMs = clock.nowMs();
      active.cancelTick();
      emitDue(active, nowMs);
      active.isSending = false;
      active.recorder.cutAt(nowMs);
      closeWindow(active);
    },
    status: () => statusOf(load, clock.nowMs()),
    results() {
      if (load === null || load.counters === null) return null;
      return load.recorder.results(load.counters);
    },
    committed(transactions, nowMs) {
      settle(transactions, (active, sent) => {
        active.committed += 1;
        active.recorder.committed(sent, nowMs);
        dependencies.onLatency(nowMs - sent.dueMs);
      });
    },
    rejected(transactions) {
      settle(transactions, (active, sent) => {
        active.rejected += 1;
        active.recorder.rejected(sent);
        dependencies.onCount('rejected', 1);
      });
    },
    ownBlock: (createdMs, nowMs) => load?.recorder.ownBlock(createdMs, nowMs),
    block: (transactionCount, nowMs) => load?.recorder.block(transactionCount, nowMs),
  };
}

function statusOf(load: ActiveLoad | null, nowMs: number): LoadStatus {
  if (load === null) return { state: 'idle', scheduled: 0, committed: 0, rejected: 0, pending: 0 };
  const { scheduled, committed, rejected, pending } = load;
  const counts = { scheduled, committed, rejected, pending: pending.size };
  if (load.phase === 'open') return { state: 'measure', ...counts };
  if (load.phase === 'before') {
    return { state: nowMs < load.startMs ? 'scheduled' : 'warmup', ...counts };
  }
  return { state: pending.size > 0 || load.isSending ? 'drain' : 'done', ...counts };
}
