import type { Transaction } from '../seam/message.ts';
import { clientOfKey, transactionKey } from '../shared/transaction.ts';
import { type Core, isPrimary, primaryOf, reject } from './core.ts';
import { waitMsMax } from './executing.ts';

/** So many own transactions are taken on however slowly they leave. */
const ownTransactionsMin = 64;
/** And so many times more while none of them has waited for long. */
const burstFactor = 4;

/** Transactions that entered the network here: kept, and handed to the primary. */
export function submit(core: Core, transactions: readonly Transaction[]): void {
  const accepted: Transaction[] = [];
  const refused: Transaction[] = [];
  const ownMax = ownTransactionsMax(core);
  for (const transaction of transactions) {
    const isRoom = core.mempool.ownCount < ownMax;
    const isTaken = isRoom && core.mempool.submit(transaction, core.nowMs) >= 0;
    (isTaken ? accepted : refused).push(transaction);
  }
  if (refused.length > 0) core.outbox.reject(refused);
  toPrimary(core, accepted);
}

/**
 * As many as leave in the time that one may wait, and a share of a block at any rate, so that the
 * flow can swell again. While none has waited for long, what comes may be a burst: more may enter.
 */
function ownTransactionsMax(core: Core): number {
  const { mempool, intake, options } = core;
  const waitMs = waitMsMax(core);
  const share = Math.max(ownTransactionsMin, options.parameters.batchTxMax / options.committeeSize);
  const isLate = mempool.oldestOwnMs() < core.nowMs - waitMs / 4;
  return Math.max(share, intake.drainedIn(waitMs)) * (isLate ? 1 : burstFactor);
}

/**
 * A member hands on its own client's transactions. Were any others taken, it could use up the
 * sequence numbers of another one's client. But a primary takes a few that a backup waits for: it
 * may be the only one that was never told of them, and would be given up for that.
 */
export function onForward(core: Core, transactions: readonly Transaction[], from: number): void {
  let refusedCount = 0;
  for (const transaction of transactions) {
    if (clientOfKey(transactionKey(transaction)) === from) {
      core.mempool.receive(transaction, core.nowMs);
    } else if (core.relays.isFree(from, core.nowMs)) {
      core.relays.spend(from, 1, core.nowMs);
      // No primary any more, or not yet: the next one will be told in its turn.
      if (isPrimary(core)) core.mempool.receive(transaction, core.nowMs, true);
    } else refusedCount++;
  }
  if (refusedCount > 0) reject(core);
}

/** A view begins: its primary gets what is still open here. */
export function handOver(core: Core): void {
  toPrimary(core, open(core, core.nowMs));
}

/**
 * The primary may not hear, or not listen: everybody gets what has waited for long. And before it
 * is given up it gets what this replica is about to give it up for, whoever that came from.
 */
export function raiseAlarm(core: Core): void {
  if (core.nowMs < core.timer.alarmMs) return;
  core.timer.alarmed(core.nowMs);
  const { committeeSize, selfIndex } = core.options;
  const everybody = Array.from({ length: committeeSize }, (_, member) => member);
  const others = everybody.filter((member) => member !== selfIndex);
  const late = open(core, core.nowMs - core.timer.durationMs / 2);
  if (late.length > 0) core.outbox.forward(others, late);
  const headKey = core.mempool.oldestKey();
  const head = core.mempool.pending(headKey);
  if (head !== undefined && core.mempool.own(headKey) === undefined) toPrimary(core, [head]);
}

/**
 * Also by a replica that has called for another view: while others go on in this one, it can only
 * follow them, but its clients need not suffer.
 */
function toPrimary(core: Core, transactions: readonly Transaction[]): void {
  if (transactions.length === 0 || isPrimary(core)) return;
  core.outbox.forward([primaryOf(core, core.view)], transactions);
}

/** As many as a batch holds: what is beyond is handed on when those are through. */
function open(core: Core, beforeMs: number): Transaction[] {
  const lost: Transaction[] = [];
  const found = core.mempool.ownBefore(beforeMs, core.options.parameters.batchTxMax, lost);
  if (lost.length > 0) core.outbox.reject(lost);
  return found;
}
