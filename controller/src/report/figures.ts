/**
 * Every figure of a report, once: where it is found, what it is called, how it is printed and how
 * it was measured. Terminal, HTML and CSV all read this table, so they cannot differ.
 */
import type { CellFinding, Estimate, RepetitionFigures } from '../model/finding.ts';
import { formatPercent, formatRate, formatThreeDigits } from './format-value.ts';

export interface Figure {
  /** Stable name in attributes and tests. */
  readonly key: string;
  /** Head of a narrow column, unit included. */
  readonly heading: string;
  /** In words, with the unit. */
  readonly title: string;
  /** How it is measured: one sentence. The long form is docs/methods.md. */
  readonly definition: string;
  /** Column name in CSV, with the unit of the raw value. */
  readonly column: string;
  readonly ofCell: (cell: CellFinding) => Estimate | null;
  readonly ofRepetition: (figures: RepetitionFigures) => number | null;
  /** From the raw unit to the text that is printed. */
  readonly format: (value: number) => string;
  /** How many raw units the printed unit is; 1 if left out. */
  readonly unitSize?: number;
  /** Of the transactions that were committed: how many of all stands beside it. */
  readonly isLatency?: boolean;
}

const kilobyte = 1000;
const mebibyte = 1024 * 1024;

function latency(
  key: 'mean' | 'p50' | 'p95' | 'p99' | 'max',
  title: string,
  definition: string,
): Figure {
  return {
    key: `latency-${key}`,
    heading: `${key} ms`,
    title,
    definition,
    column: `commit_latency_${key}_ms`,
    ofCell: (cell) => cell.latency[key],
    ofRepetition: (figures) => figures.latency?.[`${key}Ms`] ?? null,
    format: formatThreeDigits,
    isLatency: true,
  };
}

export const throughputFigure: Figure = {
  key: 'throughput',
  heading: 'tx/s',
  title: 'Committed transactions per second',
  definition:
    "Sum over all nodes of the node's own transactions whose commit at that node fell inside the " +
    'measured window, over the length of the window.',
  column: 'throughput_tx_per_sec',
  ofCell: (cell) => cell.throughputTxPerSec,
  ofRepetition: (figures) => figures.throughputTxPerSec,
  format: formatRate,
};

export const latencyFigures = {
  mean: latency(
    'mean',
    'Mean commit latency, ms',
    'Mean of the merged histogram of all nodes: from the time a transaction was due to its commit ' +
      'at the node it entered.',
  ),
  p50: latency('p50', 'Median commit latency, ms', 'Half of the transactions took at most this.'),
  p95: latency('p95', '95th percentile of commit latency, ms', '95 % took at most this.'),
  p99: latency(
    'p99',
    '99th percentile of commit latency, ms',
    '99 % took at most this; not given below 1,000 transactions in a repetition.',
  ),
  max: latency('max', 'Longest commit latency, ms', 'The slowest transaction that was committed.'),
} as const;

export const costFigures = {
  messages: {
    key: 'messages',
    heading: 'msgs/op',
    title: 'Messages per committed transaction',
    definition: 'Messages sent by all nodes in the window, over the transactions committed in it.',
    column: 'messages_per_operation',
    ofCell: (cell) => cell.messagesPerOperation,
    ofRepetition: (figures) => figures.messagesPerOperation,
    format: formatThreeDigits,
  },
  bytes: {
    key: 'bytes',
    heading: 'kB/op',
    title: 'Kilobytes (1,000 bytes) sent per committed transaction',
    definition:
      'Bytes handed to the transport by all nodes in the window, before encryption, over the ' +
      'transactions committed in it.',
    column: 'bytes_per_operation',
    ofCell: (cell) => cell.bytesPerOperation,
    ofRepetition: (figures) => figures.bytesPerOperation,
    format: (value) => formatThreeDigits(value / kilobyte),
    unitSize: kilobyte,
  },
  cpu: {
    key: 'cpu',
    heading: 'CPU/node',
    title: 'CPU cores used per node',
    definition: 'CPU time that a node used in the window over its length, mean over nodes.',
    column: 'cpu_cores_per_node',
    ofCell: (cell) => cell.cpuCoresPerNode,
    ofRepetition: (figures) => figures.cpuCoresPerNode,
    format: formatThreeDigits,
  },
  memory: {
    key: 'memory',
    heading: 'MiB/node',
    title: 'Memory per node, MiB',
    definition:
      'Largest memory that a node used inside the window, mean over nodes. It grows with the length ' +
      'of the window: compare windows of one length only.',
    column: 'memory_bytes_per_node',
    ofCell: (cell) => cell.memoryBytesPerNode,
    ofRepetition: (figures) => figures.memoryBytesPerNode,
    format: (value) => formatThreeDigits(value / mebibyte),
    unitSize: mebibyte,
  },
  memoryPeak: {
    key: 'memory-peak',
    heading: 'MiB peak',
    title: 'Memory of the node that used most, MiB',
    definition:
      'Largest memory that any node used inside the window, which grows with its length; its limit ' +
      'is in the environment.',
    column: 'memory_bytes_peak',
    ofCell: (cell) => cell.memoryBytesPeak,
    ofRepetition: (figures) => figures.memoryBytesPeak,
    format: (value) => formatThreeDigits(value / mebibyte),
    unitSize: mebibyte,
  },
} as const satisfies Record<string, Figure>;

export const successFigure: Figure = {
  key: 'success',
  heading: 'success',
  title: 'Committed share of the transactions due',
  definition:
    'Of the transactions due inside the window, those committed before the drain ended. The rest ' +
    'was rejected or left unfinished.',
  column: 'success_ratio',
  ofCell: (cell) => cell.successRatio,
  ofRepetition: (figures) => figures.successRatio,
  format: formatPercent,
};

const blocks: Figure = {
  key: 'blocks',
  heading: 'blocks/s',
  title: 'Committed blocks per second',
  definition: 'Blocks committed in the window over its length, median over nodes.',
  column: 'blocks_per_sec',
  ofCell: (cell) => cell.blocksPerSec,
  ofRepetition: (figures) => figures.blocksPerSec,
  format: formatThreeDigits,
};

const blockLatency: Figure = {
  key: 'block-latency',
  heading: 'block p50',
  title: 'Median block latency, ms',
  definition: 'From the creation of a block at its leader to its commit there.',
  column: 'block_latency_p50_ms',
  ofCell: (cell) => cell.blockLatencyP50Ms,
  ofRepetition: (figures) => figures.blockLatencyP50Ms,
  format: formatThreeDigits,
};

const timeouts: Figure = {
  key: 'timeouts',
  heading: 'timeouts',
  title: 'Rounds that timed out in the window',
  definition:
    'Ended by a timeout of a quorum; counted at the node that saw the most. A round that stands ' +
    'still, without a quorum, has not ended and is not counted.',
  column: 'rounds_timed_out',
  ofCell: (cell) => cell.roundsTimedOut,
  ofRepetition: (figures) => figures.roundsTimedOut,
  format: formatThreeDigits,
};

const throttled: Figure = {
  key: 'throttled',
  heading: 'throttled',
  title: 'Scheduling periods in which a node was held back by its CPU limit',
  definition: 'Throttled over all periods of all nodes; no value without a CPU limit.',
  column: 'throttled_ratio',
  ofCell: (cell) => cell.throttledRatio,
  ofRepetition: (figures) => figures.throttledRatio,
  format: formatPercent,
};

const bringUp: Figure = {
  key: 'bring-up',
  heading: 'start s',
  title: 'Time to bring the network up, s',
  definition: 'From the first node created to every node ready.',
  column: 'bring_up_ms',
  ofCell: (cell) => cell.bringUpMs,
  ofRepetition: (figures) => figures.bringUpMs,
  format: (value) => formatThreeDigits(value / 1000),
  unitSize: 1000,
};

/** Throughput and latency: what most people look at first. */
export const performanceFigures: readonly Figure[] = [
  throughputFigure,
  blocks,
  latencyFigures.mean,
  latencyFigures.p50,
  latencyFigures.p95,
  latencyFigures.p99,
  latencyFigures.max,
];

/** Whether it worked, and what it cost. */
export const expenseFigures: readonly Figure[] = [
  successFigure,
  costFigures.messages,
  costFigures.bytes,
  timeouts,
];

/** What relays did: only where not every node has a link to every other. */
export const overlayFigures: readonly Figure[] = [
  {
    key: 'relayed',
    heading: 'relayed/op',
    title: 'Messages relayed for others per committed transaction',
    definition:
      'Messages that nodes handed on for others in the window, once for every link they left by, over ' +
      'the transactions committed in it.',
    column: 'relayed_per_operation',
    ofCell: (cell) => cell.relayedPerOperation ?? null,
    ofRepetition: (figures) => figures.relayedPerOperation ?? null,
    format: formatThreeDigits,
  },
  {
    key: 'hops',
    heading: 'hops',
    title: 'Links that a message of the overlay travelled',
    definition:
      'Links travelled by the messages that came over the overlay in the window, mean over messages.',
    column: 'hops_per_message',
    ofCell: (cell) => cell.hopsPerMessage ?? null,
    ofRepetition: (figures) => figures.hopsPerMessage ?? null,
    format: formatThreeDigits,
  },
];

/** The overlay's figures, if any of these cells has them. */
export function overlayFiguresOf(cells: readonly CellFinding[]): readonly Figure[] {
  const isKnown = cells.some((cell) => overlayFigures.some(({ ofCell }) => ofCell(cell) !== null));
  return isKnown ? overlayFigures : [];
}

/** What a node took of its host, and where its limits held it back. */
export const resourceFigures: readonly Figure[] = [
  costFigures.cpu,
  costFigures.memory,
  costFigures.memoryPeak,
  throttled,
];

/** In the order of every table and file. */
export const allFigures: readonly Figure[] = [
  ...performanceFigures,
  blockLatency,
  ...expenseFigures,
  ...resourceFigures,
  bringUp,
];
