import { metricNames } from '../../../node-image/src/contract/index.ts';
import { isCounter } from './chosen-series.ts';
import type { LiveView } from './observation.ts';
import type { MetricSample } from './prometheus-text.ts';

/**
 * What the last few scrapes of each node say about the whole network, for people who watch, and
 * which counters went down. Pure: times are passed in.
 */
export interface NodeProgress {
  /** @returns true if a counter is lower than in the scrape before: the process was restarted */
  note(position: number, monotonicMs: number, samples: readonly MetricSample[]): boolean;
  /** @param answering nodes that answered the last round */
  live(answering: number): LiveView;
  /** By position: the most that the node has reported. */
  readonly safetyViolations: readonly number[];
}

interface Point {
  readonly monotonicMs: number;
  readonly committed: number;
}

interface NodeState {
  /** The last few scrapes, oldest first. */
  points: Point[];
  /** Sum over label sets of each counter, as of the last scrape. */
  counters: Map<string, number>;
  height: number;
  violations: number;
}

/** Rates are taken over this many scrape periods: long enough to smooth single blocks. */
const PERIODS = 3;

/** @param nodeCount positions 0 to nodeCount - 1 are noted */
export function createNodeProgress(nodeCount: number): NodeProgress {
  const nodes = Array.from(
    { length: nodeCount },
    (): NodeState => ({ points: [], counters: new Map(), height: 0, violations: 0 }),
  );
  return {
    note(position, monotonicMs, samples) {
      const node = nodes[position];
      if (node === undefined) return false;
      const counters = sumCounters(samples);
      const wasReset = [...counters].some(([name, sum]) => sum < (node.counters.get(name) ?? 0));
      node.counters = counters;
      if (wasReset) node.points = [];
      const committed = counters.get(metricNames.transactionsCommitted);
      if (committed !== undefined) node.points.push({ monotonicMs, committed });
      if (node.points.length > PERIODS + 1) node.points.shift();
      for (const { name, value } of samples) {
        if (name === metricNames.committedHeight && value >= 0) node.height = value;
      }
      const violations = counters.get(metricNames.safetyViolations) ?? 0;
      node.violations = Math.max(node.violations, violations);
      return wasReset;
    },
    live: (answering) => ({
      txPerSec: median(nodes.flatMap(({ points }) => rateOf(points))),
      committedHeight: nodes.reduce((highest, { height }) => Math.max(highest, height), 0),
      nodesAnswering: answering,
      nodesTotal: nodeCount,
    }),
    get safetyViolations() {
      return nodes.map(({ violations }) => violations);
    },
  };
}

function sumCounters(samples: readonly MetricSample[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { name, value } of samples) {
    if (isCounter(name) && Number.isFinite(value)) sums.set(name, (sums.get(name) ?? 0) + value);
  }
  return sums;
}

/** Growth per second from the oldest to the newest point; none with fewer than two. */
function rateOf(points: readonly Point[]): number[] {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || last.monotonicMs <= first.monotonicMs) return [];
  return [((last.committed - first.committed) * 1000) / (last.monotonicMs - first.monotonicMs)];
}

/**
 * Every node counts every committed transaction, so each node's rate is the network's rate, and
 * the median is it with the laggards and the restarted left out.
 */
function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)] as number; // length >= 1
  const high = sorted[Math.floor(sorted.length / 2)] as number;
  return (low + high) / 2;
}
