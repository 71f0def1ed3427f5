/** Whether what one node hands over agrees with itself, and the nodes with each other. Pure. */
import {
  type LoadStart,
  type LoadStatus,
  type LogDigests,
  metricNames,
  type NodeResults,
} from '../../../node-image/src/contract/index.ts';
import { messageOf } from '../lib/message-of.ts';
import { decodeHistogram, histogramNames } from '../model/latency-histogram.ts';
import { parsePrometheusText } from '../observe/prometheus-text.ts';
import type { Fault } from './check-list.ts';

/** A node without one of these cannot be judged. */
export const requiredMetrics = [
  metricNames.transactionsCommitted,
  metricNames.committedHeight,
  metricNames.safetyViolations,
] as const;

/** Counters are read a moment before or after the edge of the window. */
const AT_EDGES = 25;
const EDGE_MS = 250;
/** Standard deviations of a Poisson count: one in a billion lies further out. */
const DEVIATIONS = 6;

/** @returns values by name; metrics with labels are left out */
export function readMetrics(text: string): ReadonlyMap<string, number> {
  const { samples } = parsePrometheusText(text);
  return new Map(
    samples.filter(({ labels }) => labels.length === 0).map(({ name, value }) => [name, value]),
  );
}

export function findMetricFault(metrics: ReadonlyMap<string, number>): Fault | null {
  for (const field of requiredMetrics) {
    const value = metrics.get(field);
    if (value === undefined) return { field, text: 'a required metric is missing' };
    if (!Number.isFinite(value) || value < 0) return { field, text: `its value is ${value}` };
  }
  const violations = metrics.get(metricNames.safetyViolations);
  if (violations === 0) return null;
  return { field: metricNames.safetyViolations, text: `the node reports ${violations}` };
}

export function findLoadFault({
  scheduled,
  committed,
  rejected,
  pending,
}: LoadStatus): Fault | null {
  for (const [field, value] of Object.entries({ scheduled, committed, rejected, pending })) {
    if (value < 0) return { field: `/${field}`, text: `${value} is negative` };
  }
  const sum = committed + rejected + pending;
  if (sum === scheduled) return null;
  return {
    field: '/scheduled',
    text: `${scheduled}, but committed, rejected and pending add up to ${sum}`,
  };
}

export function findResultsFault(results: NodeResults, order: LoadStart): Fault | null {
  return (
    findWindowFault(results, order) ??
    findCountFault(results, order) ??
    findSeriesFault(results) ??
    findCommitsFault(results) ??
    findHistogramFault(results)
  );
}

function findWindowFault({ window }: NodeResults, order: LoadStart): Fault | null {
  const startUnixMs = order.startUnixMs + order.warmupMs;
  const planned = { startUnixMs, endUnixMs: startUnixMs + order.measureMs };
  for (const edge of ['startUnixMs', 'endUnixMs'] as const) {
    const offMs = window[edge] - planned[edge];
    if (Math.abs(offMs) <= EDGE_MS) continue;
    return { field: `/window/${edge}`, text: `it is ${offMs.toFixed(0)} ms off the order` };
  }
  return null;
}

function findCountFault(results: NodeResults, order: LoadStart): Fault | null {
  const { scheduledInWindow, committedOfWindow, rejectedOfWindow, committedInWindow } = results;
  const counts = { scheduledInWindow, committedOfWindow, rejectedOfWindow, committedInWindow };
  for (const [field, value] of Object.entries(counts)) {
    if (value < 0) return { field: `/${field}`, text: `${value} is negative` };
  }
  for (const [field, value] of Object.entries(results.counters)) {
    if (typeof value === 'number' && value < 0) {
      return { field: `/counters/${field}`, text: `${value} is negative` };
    }
  }
  const expected = (order.rateTxPerSec * order.measureMs) / 1_000;
  if (Math.abs(scheduledInWindow - expected) > DEVIATIONS * Math.sqrt(expected)) {
    const text = `${scheduledInWindow} were due, where about ${expected.toFixed(0)} had to be`;
    return { field: '/scheduledInWindow', text };
  }
  const settled = committedOfWindow + rejectedOfWindow;
  if (settled > scheduledInWindow) {
    const text = `${settled} with those rejected, of ${scheduledInWindow} that were due`;
    return { field: '/committedOfWindow', text };
  }
  if (committedOfWindow === 0) {
    return { field: '/committedOfWindow', text: 'nothing was committed' };
  }
  const { transactionsCommitted } = results.counters;
  if (transactionsCommitted + AT_EDGES < committedInWindow) {
    const text = `${transactionsCommitted}, fewer than the own ones (${committedInWindow})`;
    return { field: '/counters/transactionsCommitted', text };
  }
  return null;
}

function findSeriesFault({ series, ...results }: NodeResults): Fault | null {
  const totals = { scheduled: results.scheduledInWindow, committed: results.committedInWindow };
  for (const name of ['scheduled', 'committed'] as const) {
    const sum = series[name].reduce((total, value) => total + value, 0);
    const field = `/series/${name}`;
    if (sum !== totals[name]) return { field, text: `it adds up to ${sum}, not ${totals[name]}` };
    const bad = series[name].find((value) => value < 0);
    if (bad !== undefined) return { field, text: `${bad} is negative` };
  }
  const windowMs = results.window.endUnixMs - results.window.startUnixMs;
  const slices = windowMs / series.periodMs;
  if (Math.abs(series.scheduled.length - slices) <= 1.01) return null;
  const text = `${series.scheduled.length} slices, where the window has ${slices.toFixed(1)}`;
  return { field: '/series/scheduled', text };
}

/** Optional; what is given must belong to the window and hold the blocks that were counted. */
function findCommitsFault({ commits, counters, window }: NodeResults): Fault | null {
  if (commits === undefined) return null;
  const field = '/commits/slices';
  const [last, blocks] = commits.slices.reduce(
    ([at, count], [gap, more]) => [at + gap, count + more],
    [0, 0],
  );
  const room = Math.ceil((window.endUnixMs - window.startUnixMs) / commits.sliceMs);
  if (last > room)
    return { field, text: `it ends with slice ${last}, where the window has ${room}` };
  if (Math.abs(blocks - counters.blocksCommitted) <= AT_EDGES) return null;
  return { field, text: `${blocks} blocks, where ${counters.blocksCommitted} were counted` };
}

function findHistogramFault({ histograms, ...results }: NodeResults): Fault | null {
  const totals = {
    commitLatency: results.committedOfWindow,
    serviceLatency: results.committedOfWindow,
    sendLag: results.scheduledInWindow,
    blockLatency: null,
  };
  for (const name of histogramNames) {
    const field = `/histograms/${name}`;
    try {
      const { count } = decodeHistogram(histograms[name], 'the node');
      const total = totals[name];
      // What was rejected unsent has no lag.
      const isLag = name === 'sendLag' && count <= results.scheduledInWindow;
      const isLess = isLag && count >= results.scheduledInWindow - results.rejectedOfWindow;
      if (total === null || count === total || isLess) continue;
      return { field, text: `it holds ${count} values, where ${total} were counted` };
    } catch (error) {
      return { field, text: messageOf(error) };
    }
  }
  return null;
}

export function findLogFault({ committedHeight, digests }: LogDigests): Fault | null {
  let before = 0;
  for (const [index, { height, digestHex }] of digests.entries()) {
    const field = `/digests/${index}`;
    if (height <= before) return { field, text: `height ${height} follows ${before}` };
    if (height > committedHeight) return { field, text: `${height} is above ${committedHeight}` };
    if (!/^[0-9a-f]{64}$/.test(digestHex)) return { field, text: 'it is not 64 hex digits' };
    before = height;
  }
  if (committedHeight === 0 || before === committedHeight) return null;
  return { field: '/digests', text: `the last height, ${committedHeight}, is missing` };
}

/** @param logs in node order */
export function findLogDisagreement(logs: readonly LogDigests[]): Fault | null {
  const first = new Map<number, { readonly node: number; readonly digestHex: string }>();
  let common = 0;
  for (const [node, { digests }] of logs.entries()) {
    for (const [index, { height, digestHex }] of digests.entries()) {
      const known = first.get(height);
      if (known === undefined) first.set(height, { node, digestHex });
      else if (known.digestHex === digestHex) common += 1;
      else {
        const text = `nodes ${known.node} and ${node} committed different blocks at height ${height}`;
        return { field: `/digests/${index}/digestHex`, text };
      }
    }
  }
  return common > 0 ? null : { field: '/digests', text: 'no two nodes have a height in common' };
}
