import {
  type LoadStart,
  type LoadStatus,
  loadLimits,
  type NodeResults,
} from '../contract/index.ts';
import type { Commit } from '../engine/seam/engine.ts';
import type { Transaction } from '../engine/seam/message.ts';
import { transactionBytesMin } from '../engine/shared/transaction.ts';
import type { NodeClock } from './clock.ts';
import { ProblemError } from './control/problem.ts';
import type { LoadGenerator } from './load/load-generator.ts';
import type { NodeFigures } from './metrics/node-figures.ts';
import { ownProcess, type ProcessMeter } from './metrics/process-meter.ts';

/** What of a commit concerns the load. */
export interface CommittedBlock extends Pick<Commit, 'transactions'> {
  readonly block: Pick<Commit['block'], 'author' | 'createdUnixMs'>;
}

/** The node's side of the load endpoints: at most one load at a time, loaded on first use. */
export interface LoadDesk {
  readonly submitted: number;
  readonly rejected: number;
  /** @throws ProblemError LOAD_ACTIVE, BAD_REQUEST */
  start(order: LoadStart): Promise<void>;
  stop(): void;
  status(): LoadStatus;
  /** @throws ProblemError NO_RESULTS */
  results(): NodeResults;
  onCommit(commit: CommittedBlock, nowMs: number): void;
  onReject(transactions: readonly Transaction[]): void;
}

export interface LoadDeskDependencies {
  readonly nodeIndex: number;
  readonly clock: NodeClock;
  readonly look: () => NodeFigures;
  readonly submit: (transactions: readonly Transaction[]) => void;
  /** Counts up over the life of the node, restarts included, from at least what is given. */
  readonly nextLoadNumber: (least: number) => number;
  readonly onCommitLatency: (elapsedMs: number) => void;
  /** Of the whole node; this process if absent. */
  readonly process?: ProcessMeter;
}

/** Room for the transactions of one load: a day at 3,000 per second. */
const SEQUENCES_PER_LOAD = 2 ** 28;

export function createLoadDesk(dependencies: LoadDeskDependencies): LoadDesk {
  const { process = ownProcess } = dependencies;
  let generator: LoadGenerator | null = null;
  /** One for all starts: two that come together must meet the same generator. */
  let opening: Promise<LoadGenerator> | null = null;
  let submitted = 0;
  let rejected = 0;

  /** HDR histograms are only loaded by nodes that make load. */
  const openGenerator = async (): Promise<LoadGenerator> => {
    const [{ createLoadGenerator }, { createWindowMeter }] = await Promise.all([
      import('./load/load-generator.ts'),
      import('./metrics/window-counters.ts'),
    ]);
    const { clock } = dependencies;
    return createLoadGenerator(
      {
        nodeIndex: dependencies.nodeIndex,
        firstSequence: ({ loadNumberMin = 0 }) =>
          dependencies.nextLoadNumber(loadNumberMin) * SEQUENCES_PER_LOAD,
      },
      {
        clock,
        submit: dependencies.submit,
        windowCounters: createWindowMeter({ look: dependencies.look, process }),
        onLatency: dependencies.onCommitLatency,
        onCount: (kind, count) => {
          if (kind === 'submitted') submitted += count;
          else rejected += count;
        },
      },
    );
  };

  return {
    get submitted() {
      return submitted;
    },
    get rejected() {
      return rejected;
    },
    async start(order) {
      if (order.sizeBytes < transactionBytesMin) {
        const message = `sizeBytes: a transaction has at least ${transactionBytesMin} bytes.`;
        throw new ProblemError(400, 'BAD_REQUEST', message);
      }
      opening ??= openGenerator();
      generator = await opening;
      const { state } = generator.status();
      if (state !== 'idle' && state !== 'drain' && state !== 'done') {
        throw new ProblemError(409, 'LOAD_ACTIVE', `A load is under way (${state}).`);
      }
      const lateMs = dependencies.clock.wallMs() - order.startUnixMs;
      if (lateMs > loadLimits.startLateMsMax) {
        const message = `startUnixMs: ${Math.round(lateMs / 1_000)} s ago by this node's clock.`;
        throw new ProblemError(400, 'BAD_REQUEST', message);
      }
      generator.start(order);
    },
    stop: () => generator?.stop(),
    status: () =>
      generator?.status() ?? { state: 'idle', scheduled: 0, committed: 0, rejected: 0, pending: 0 },
    results() {
      const results = generator?.results() ?? null;
      if (results !== null) return results;
      const { state } = this.status();
      throw new ProblemError(409, 'NO_RESULTS', `No measured window is over (load is ${state}).`);
    },
    onCommit(commit, nowMs) {
      generator?.block(commit.transactions.length, nowMs);
      generator?.committed(commit.transactions, nowMs);
      if (commit.block.author === dependencies.nodeIndex) {
        generator?.ownBlock(commit.block.createdUnixMs, nowMs);
      }
    },
    onReject: (transactions) => generator?.rejected(transactions),
  };
}
