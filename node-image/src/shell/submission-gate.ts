import type { Transaction } from '../engine/seam/message.ts';

/** Decides when new transactions are given to the engine. */
export interface SubmissionGate {
  submit(transactions: readonly Transaction[]): void;
  /** A proposal was seen or made. */
  proposalSeen(hasTransactions: boolean, nowMs: number): void;
  /** The next leader said that it has nothing to propose yet. */
  leaderWaits(): void;
  /** Passes on what is held. */
  flush(): void;
  clear(): void;
}

export interface SubmissionGateDependencies {
  readonly nowMs: () => number;
  readonly after: (delayMs: number, action: () => void) => () => void;
  readonly pass: (transactions: readonly Transaction[]) => void;
}

/** A block with transactions promises another one within so many of the usual intervals. */
const INTERVALS = 3;
/** Bounds of that promise, which is also the longest hold. */
const BUSY_MS_MIN = 50;
const BUSY_MS_MAX = 500;
/** Weight of the newest interval between two blocks with transactions in their running mean. */
const NEWEST_WEIGHT = 0.2;
/** What is held for a leader that waits leaves after this part of the usual interval. */
const WAITING_PART = 0.6;

/**
 * The engine forwards what it is given to the coming leaders at once. In an idle network that is
 * right: a leader waits for it. In a busy one the next proposal comes by itself, and one message
 * for each few transactions costs more than consensus (n = 20 at 5,000 per second: 12,500 forwards
 * a second). So while blocks with transactions are coming, or should be because this node has just
 * passed some on, new ones are held until the next proposal, when they leave together with this
 * node's vote, which goes to the next leader anyway. Unless that leader has said that it waits:
 * its block comes an interval after the last one, and what is to be in it has to be there by then.
 */
export function createSubmissionGate(dependencies: SubmissionGateDependencies): SubmissionGate {
  const { nowMs, after, pass } = dependencies;
  let held: Transaction[] = [];
  let busyUntilMs = Number.NEGATIVE_INFINITY;
  let lastPassMs = Number.NEGATIVE_INFINITY;
  let lastProposalMs = Number.NEGATIVE_INFINITY;
  let intervalMs = 0;
  let isLeaderWaiting = false;
  let cancelTimer: (() => void) | null = null;

  const busyMs = (): number => Math.min(BUSY_MS_MAX, Math.max(BUSY_MS_MIN, INTERVALS * intervalMs));
  /** How much longer what comes now, or is held, may be held. */
  const holdMs = (): number =>
    isLeaderWaiting ? lastProposalMs + WAITING_PART * intervalMs - nowMs() : busyMs();
  const passOn = (transactions: readonly Transaction[]): void => {
    lastPassMs = nowMs();
    pass(transactions);
  };
  const clear = (): void => {
    held = [];
    cancelTimer?.();
    cancelTimer = null;
  };
  const flush = (): void => {
    if (held.length === 0) return;
    const transactions = held;
    clear();
    passOn(transactions);
  };
  return {
    submit(transactions) {
      const idleFromMs = Math.max(busyUntilMs, lastPassMs + busyMs());
      const isIdle = held.length === 0 && nowMs() >= idleFromMs;
      if (isIdle || holdMs() <= 0) {
        flush();
        passOn(transactions);
        return;
      }
      for (const transaction of transactions) held.push(transaction);
      cancelTimer ??= after(holdMs(), flush);
    },
    leaderWaits() {
      isLeaderWaiting = true;
      if (held.length === 0) return;
      cancelTimer?.();
      cancelTimer = after(Math.max(0, holdMs()), flush);
    },
    proposalSeen(hasTransactions, atMs) {
      isLeaderWaiting = false;
      if (!hasTransactions) return;
      const newestMs = Math.min(BUSY_MS_MAX, atMs - lastProposalMs);
      intervalMs += NEWEST_WEIGHT * (newestMs - intervalMs);
      lastProposalMs = atMs;
      busyUntilMs = atMs + busyMs();
    },
    flush,
    clear,
  };
}
