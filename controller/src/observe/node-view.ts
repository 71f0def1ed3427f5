import { metricNames as names } from '../../../node-image/src/contract/index.ts';
import type { LiveNodes } from '../model/live-nodes.ts';
import { type Buckets, estimateQuantile, growthOf, sumBuckets } from './latency-buckets.ts';
import type { MetricSample } from './prometheus-text.ts';

/** Every node as its last few scrapes show it, for people who watch. Pure: times are passed in. */
export interface NodeView {
  answered(position: number, scrape: Scrape): void;
  missed(position: number): void;
  view(): LiveNodes;
}

export interface Scrape {
  readonly samples: readonly MetricSample[];
  readonly latency: Buckets;
  readonly monotonicMs: number;
  readonly tookMs: number;
}

interface Point {
  readonly atMs: number;
  readonly values: ReadonlyMap<string, number>;
  readonly latency: Buckets;
}

interface Seen {
  /** The last few scrapes that were answered, oldest first. */
  points: Point[];
  answered: boolean | null;
  tookMs: number | null;
}

/** Rates are taken over this many scrape periods, as those of node-progress.ts. */
const PERIODS = 3;

/** @param nodeCount positions 0 to nodeCount - 1 are noted */
export function createNodeView(nodeCount: number): NodeView {
  const nodes = Array.from(
    { length: nodeCount },
    (): Seen => ({ points: [], answered: null, tookMs: null }),
  );
  return {
    answered(position, { samples, latency, monotonicMs, tookMs }) {
      const node = nodes[position];
      if (node === undefined) return;
      node.answered = true;
      node.tookMs = tookMs;
      node.points.push({ atMs: monotonicMs, values: sumByName(samples), latency });
      if (node.points.length > PERIODS + 1) node.points.shift();
    },
    missed(position) {
      const node = nodes[position];
      if (node === undefined) return;
      node.answered = false;
      node.tookMs = null;
    },
    view: () => viewOf(nodes),
  };
}

function viewOf(nodes: readonly Seen[]): LiveNodes {
  const last = (name: string) => nodes.map(({ points }) => points.at(-1)?.values.get(name) ?? null);
  const rate = (name: string) => nodes.map(({ points }) => rateOf(points, name));
  const container = rate(names.containerCpuSeconds);
  const own = rate(names.cpuSeconds);
  const periods = rate(names.containerCpuPeriods);
  const throttled = rate(names.containerCpuPeriodsThrottled);
  const workingSet = last(names.containerMemoryWorkingSetBytes);
  const resident = last(names.residentMemoryBytes);
  const timeouts = rate(names.roundsTimedOut).filter((value) => value !== null);
  const latency = sumBuckets(
    nodes.map(({ points }) => growthOf(points[0]?.latency ?? null, points.at(-1)?.latency ?? null)),
  );
  return {
    answered: nodes.map(({ answered }) => answered),
    height: last(names.committedHeight),
    round: last(names.round),
    proposedPerSec: rate(names.blocksProposed),
    committedPerSec: rate(names.transactionsCommitted),
    cpuCores: container.map((value, index) => value ?? own[index] ?? null),
    throttledRatio: throttled.map((value, index) => ratioOf(value, periods[index] ?? null)),
    memoryBytes: workingSet.map((value, index) => value ?? resident[index] ?? null),
    mempool: last(names.mempoolTransactions),
    linksUp: last(names.linksUp),
    scrapeMs: nodes.map(({ tookMs }) => tookMs),
    latencyP50Ms: estimateQuantile(latency, 0.5),
    latencyP99Ms: estimateQuantile(latency, 0.99),
    timeoutsPerSec: timeouts.length === 0 ? null : Math.max(...timeouts),
  };
}

function sumByName(samples: readonly MetricSample[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { name, value } of samples) {
    if (Number.isFinite(value)) sums.set(name, (sums.get(name) ?? 0) + value);
  }
  return sums;
}

/** Null with fewer than two scrapes, and across a restart, which sets counters back. */
function rateOf(points: readonly Point[], name: string): number | null {
  const first = points.find(({ values }) => values.has(name));
  const last = points.at(-1);
  const from = first?.values.get(name);
  const to = last?.values.get(name);
  if (first === undefined || last === undefined || from === undefined || to === undefined) {
    return null;
  }
  return last.atMs <= first.atMs || to < from
    ? null
    : ((to - from) * 1_000) / (last.atMs - first.atMs);
}

function ratioOf(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole <= 0 ? null : Math.min(1, part / whole);
}
