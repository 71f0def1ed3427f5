import type { NodeResults, OverlayCounters } from '../../../node-image/src/contract/index.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import type { RepetitionFigures, RepetitionFinding } from '../model/finding.ts';
import {
  decodeHistogram,
  type LatencyHistogram,
  mergeHistograms,
} from '../model/latency-histogram.ts';
import { reasonCodes } from '../model/reason-kinds.ts';
import { type RepetitionRecord, type VerdictReason, wasCut } from '../model/record.ts';
import { checkSteadiness } from './check-steadiness.ts';
import { mean, median } from './describe.ts';
import {
  type Delivered,
  firstBack,
  type Lived,
  livedThrough,
  seenSeries,
} from './lived-through.ts';
import { measureImpacts } from './measure-impact.ts';
import { upperMedian } from './network-commits.ts';
import { readFigures } from './read-latencies.ts';
import { readSeries, resample } from './read-series.ts';
import { undisturbedWindows } from './undisturbed-windows.ts';

/**
 * The figures of one repetition, from what its nodes delivered. Definitions: docs/methods.md.
 */

export interface MeasuredRepetition {
  readonly finding: RepetitionFinding;
  /** Commit latency of all nodes, merged; for merging further over repetitions. */
  readonly commitLatency: LatencyHistogram;
}

/** Reason given to a repetition of which a node's results cannot be used: it is not counted. */
const unusable = reasonCodes.resultsUnusable;

/**
 * What is left of a window that was cut, in seconds, below which it has no rates. Transactions are
 * committed a block at a time: the blocks at its two ends are then as much as all between them, and
 * 0.06 s with one block of a quarter of a second's load would be four times the load.
 */
const cutSecondsMin = 5;

/** Never throws for what a node delivered: results that cannot be used make it invalid. */
export function measureRepetition(record: RepetitionRecord): MeasuredRepetition {
  const usable = collectUsable(record);
  const { results, problem } = usable;
  const lived = livedThrough(record, usable);
  const isTold = record.reasons.some(({ code }) => code === unusable);
  const verdict = problem === null ? record.verdict : 'invalid';
  const series = lived.isWhole ? readSeries(results) : seenSeries(lived.results);
  const commitLatency = mergeHistograms(lived.commit);
  const windows = series === null ? [] : resample(series, 1_000);
  const impacts = record.timeline.length === 0 ? [] : measureImpacts(record, lived.results);
  const finding: RepetitionFinding = {
    id: record.id,
    cellId: record.cellId,
    nodeCount: record.nodeCount,
    repetition: record.repetition,
    attempt: record.attempt,
    startedAt: record.startedAt,
    verdict,
    reasons: problem === null || isTold ? record.reasons : [...record.reasons, problem],
    failure: record.failure,
    isCounted: verdict !== 'invalid',
    nodesReporting: results.length,
    figures: { ...ratesOf(record, lived, usable), ...computeFigures(record, lived, commitLatency) },
    series,
    steadiness: checkSteadiness(undisturbedWindows(windows, 1_000, impacts)),
    ...(record.timeline.length === 0 ? {} : { impacts }),
  };
  return { finding, commitLatency };
}

interface UsableResults extends Delivered {
  /** The first thing wrong with what a node delivered. */
  readonly problem: VerdictReason | null;
}

function collectUsable(record: RepetitionRecord): UsableResults {
  const results: NodeResults[] = [];
  const owners: number[] = [];
  const commit: LatencyHistogram[] = [];
  const block: LatencyHistogram[] = [];
  let problem: VerdictReason | null = null;
  for (const node of record.nodes) {
    if (node.results === null) continue;
    const owner = `node ${node.nodeIndex}`;
    try {
      checkWindow(node.results, owner);
      const { commitLatency, blockLatency } = node.results.histograms;
      const own = decodeHistogram(commitLatency, owner);
      block.push(decodeHistogram(blockLatency, owner));
      commit.push(own);
      results.push(node.results);
      owners.push(node.nodeIndex);
    } catch (error) {
      if (!(error instanceof TestbedError)) throw error;
      const text = error.message;
      problem ??= { code: unusable, verdict: 'invalid', text, value: null, limit: null };
    }
  }
  return { results, owners, commit, block, problem };
}

function checkWindow({ window }: NodeResults, owner: string): void {
  if (window.endUnixMs > window.startUnixMs) return;
  throw new TestbedError(
    'NODE_CONTRACT',
    `The measured window of ${owner} ends (${window.endUnixMs}) before it starts ` +
      `(${window.startUnixMs}).`,
    { hint: 'Compare what the node delivers with its results in docs/node-contract.md.' },
  );
}

const seconds = ({ window }: NodeResults): number => (window.endUnixMs - window.startUnixMs) / 1000;

/** Each client's own; where some are missing, what the nodes saw committed of all. */
function overClients(
  { results, isWhole }: Pick<Lived, 'results' | 'isWhole'>,
  per: (node: NodeResults) => number,
): number {
  return isWhole
    ? total(results, (node) => node.committedInWindow / per(node))
    : (upperMedian(results.map((node) => node.counters.transactionsCommitted / per(node))) ?? 0);
}

type Rates = Pick<RepetitionFigures, 'windowSeconds' | 'throughputTxPerSec' | 'blocksPerSec'>;

/** Over the window; where nobody lived through it, over what the first to be back saw of it. */
function ratesOf(
  record: RepetitionRecord,
  { results: lived, isWhole }: Lived,
  delivered: Delivered,
): Rates {
  const spared = lived.length > 0 || isWhole ? null : firstBack(record, delivered);
  const results = spared === null ? lived : [spared];
  const windowSeconds = orNull(results.map(seconds), mean);
  const isShort = wasCut(record) && (windowSeconds ?? 0) < cutSecondsMin;
  if (results.length === 0 || isShort) {
    return { windowSeconds, throughputTxPerSec: null, blocksPerSec: null };
  }
  return {
    windowSeconds,
    throughputTxPerSec: overClients({ results, isWhole }, seconds),
    blocksPerSec: median(results.map((node) => node.counters.blocksCommitted / seconds(node))),
  };
}

function computeFigures(
  record: RepetitionRecord,
  { results, isWhole, block }: Lived,
  commitLatency: LatencyHistogram,
): Omit<RepetitionFigures, keyof Rates> {
  const blockLatency = mergeHistograms(block);
  const perNode = (value: (node: NodeResults) => number): readonly number[] => results.map(value);
  const committed = overClients({ results, isWhole }, () => 1);
  return {
    latency: readFigures(commitLatency),
    blockLatencyP50Ms: blockLatency.percentileMs(50),
    successRatio: ratio(
      total(results, (node) => node.committedOfWindow),
      total(results, (node) => node.scheduledInWindow),
    ),
    messagesPerOperation: ratio(
      total(results, (node) => node.counters.messagesSent),
      committed,
    ),
    bytesPerOperation: ratio(
      total(results, (node) => node.counters.bytesSent),
      committed,
    ),
    ...overlayFigures(results, committed),
    cpuCoresPerNode: orNull(
      perNode((node) => node.counters.cpuMicros / 1e6 / seconds(node)),
      mean,
    ),
    memoryBytesPerNode: orNull(
      perNode((node) => node.counters.memoryBytesMax),
      mean,
    ),
    memoryBytesPeak: orNull(
      perNode((node) => node.counters.memoryBytesMax),
      (values) => Math.max(...values),
    ),
    roundsTimedOut: orNull(
      perNode((node) => node.counters.roundsTimedOut),
      (values) => Math.max(...values),
    ),
    throttledRatio: throttledRatio(results),
    bringUpMs: record.bringUpMs,
  };
}

/** Nothing where every node has a link to every other. */
function overlayFigures(
  results: readonly NodeResults[],
  committed: number,
): Pick<RepetitionFigures, 'relayedPerOperation' | 'hopsPerMessage'> {
  const known = results.flatMap(({ counters }) => counters.overlay ?? []);
  if (known.length === 0) return {};
  const sum = (name: keyof OverlayCounters): number =>
    known.reduce((total, counters) => total + counters[name], 0);
  return {
    relayedPerOperation: ratio(sum('messagesRelayed'), committed),
    hopsPerMessage: ratio(sum('hopsTravelled'), sum('messagesDelivered')),
  };
}

/** Throttled over all scheduling periods of the nodes that know both. */
function throttledRatio(results: readonly NodeResults[]): number | null {
  let periods = 0;
  let throttled = 0;
  for (const { counters } of results) {
    if (counters.cpuPeriods === null || counters.cpuPeriodsThrottled === null) continue;
    periods += counters.cpuPeriods;
    throttled += counters.cpuPeriodsThrottled;
  }
  return ratio(throttled, periods);
}

function total(results: readonly NodeResults[], value: (node: NodeResults) => number): number {
  return results.reduce((sum, node) => sum + value(node), 0);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function orNull(
  values: readonly number[],
  summarise: (values: readonly number[]) => number,
): number | null {
  return values.length === 0 ? null : summarise(values);
}
