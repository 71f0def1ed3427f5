import type { ComparedFigures } from '../../model/session.ts';

/** What is compared, once: which figures, and which way is better. */
export interface ComparedMetric {
  /** Stable name, on the command line and in JSON. */
  readonly name: string;
  /** In words, with the unit. */
  readonly title: string;
  /** 1: higher is better. */
  readonly direction: 1 | -1;
  /** Decides; the others are for information, and a family of tests of their own. */
  readonly isPrimary: boolean;
  readonly read: (figures: ComparedFigures) => number | null;
}

/** 0 has no logarithm: below this a share of what was due is as bad as nothing. */
const shareLeast = 1e-6;

export const comparedMetrics: readonly ComparedMetric[] = [
  {
    name: 'throughput',
    title: 'committed tx/s',
    direction: 1,
    isPrimary: true,
    read: (figures) => figures.throughputTxPerSec,
  },
  {
    name: 'latency.p99',
    title: 'commit latency p99, ms',
    direction: -1,
    isPrimary: true,
    // Below 1,000 transactions there is no p99, and the tail is told by p95.
    read: ({ latency }) => latency?.p99Ms ?? latency?.p95Ms ?? null,
  },
  {
    name: 'success',
    title: 'committed of due, share',
    direction: 1,
    isPrimary: true,
    read: ({ successRatio }) => (successRatio === null ? null : Math.max(shareLeast, successRatio)),
  },
  {
    name: 'latency.p50',
    title: 'commit latency p50, ms',
    direction: -1,
    isPrimary: false,
    read: ({ latency }) => latency?.p50Ms ?? null,
  },
  {
    name: 'messages',
    title: 'messages per committed transaction',
    direction: -1,
    isPrimary: false,
    read: (figures) => figures.messagesPerOperation,
  },
  {
    name: 'bytes',
    title: 'bytes per committed transaction',
    direction: -1,
    isPrimary: false,
    read: (figures) => figures.bytesPerOperation,
  },
  {
    name: 'cpu',
    title: 'CPU cores per node',
    direction: -1,
    isPrimary: false,
    read: (figures) => figures.cpuCoresPerNode,
  },
];

export const metricNames: readonly string[] = comparedMetrics.map(({ name }) => name);
