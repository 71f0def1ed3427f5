import type { NodeResults } from '../../../node-image/src/contract/index.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import {
  decodeHistogram,
  type HistogramName,
  type LatencyHistogram,
} from '../model/latency-histogram.ts';

/**
 * Holds what one node hands over against itself: a histogram has as many values as its counter
 * says, slices add up to their total, a part is no more than the whole. Pure. The range of each
 * field is part of the contract's schemas; fields are named by JSON pointers into the reply.
 */

export interface CheckedResults {
  /** Null for one that cannot be decoded. */
  readonly histograms: Readonly<Record<HistogramName, LatencyHistogram | null>>;
  /** What cannot be, each a phrase that begins with the field. */
  readonly impossible: readonly string[];
  readonly disagreements: readonly Disagreement[];
}

/** Two numbers of one node that must agree. */
export interface Disagreement {
  /** A phrase that begins with the field. */
  readonly text: string;
  /** Difference over the larger of the two, 0-1. */
  readonly ratio: number;
}

export interface ResultsBounds {
  /** Of the host that the node runs on. */
  readonly cores: number;
  readonly memoryBytes: number;
}

/** Counters are read a moment before or after the edges of the window, so this much is granted. */
const blocksAtEdges = 2;
/** Of the blocks of a window; a busy node looks at its counters late, at both edges. */
const blocksAtEdgesRatio = 0.05;
const cpuSlackRatio = 1.1;
const cpuSlackSeconds = 1;

export function checkResults(results: NodeResults, bounds: ResultsBounds): CheckedResults {
  const impossible: string[] = [];
  const decode = (name: HistogramName): LatencyHistogram | null => {
    try {
      return decodeHistogram(results.histograms[name], 'this node');
    } catch (error) {
      if (!(error instanceof TestbedError)) throw error;
      impossible.push(`/histograms/${name}: ${withoutStop(error.message)}`);
      return null;
    }
  };
  const histograms = {
    commitLatency: decode('commitLatency'),
    serviceLatency: decode('serviceLatency'),
    sendLag: decode('sendLag'),
    blockLatency: decode('blockLatency'),
  };
  impossible.push(...findImpossible(results, bounds));
  const disagreements = [
    ...compareHistograms(results, histograms),
    ...compareCounts(results),
    ...compareSeries(results),
    ...compareCommits(results),
  ];
  return { histograms, impossible, disagreements };
}

function findImpossible({ window, counters }: NodeResults, bounds: ResultsBounds): string[] {
  const found: string[] = [];
  const seconds = (window.endUnixMs - window.startUnixMs) / 1000;
  if (seconds <= 0) {
    found.push(`/window: it ends (${window.endUnixMs}) before it starts (${window.startUnixMs})`);
  }
  const cpuSeconds = counters.cpuMicros / 1e6;
  if (cpuSeconds > bounds.cores * Math.max(0, seconds) * cpuSlackRatio + cpuSlackSeconds) {
    const text = `${cpuSeconds.toFixed(1)} s of CPU in ${seconds.toFixed(1)} s`;
    found.push(
      `/counters/cpuMicros: ${text}, more than the ${bounds.cores} cores of the host have`,
    );
  }
  if (counters.memoryBytesMax > bounds.memoryBytes) {
    const text = `${counters.memoryBytesMax} bytes, more than the host has`;
    found.push(`/counters/memoryBytesMax: ${text} (${bounds.memoryBytes})`);
  }
  return found;
}

function compareHistograms(
  results: NodeResults,
  histograms: CheckedResults['histograms'],
): Disagreement[] {
  const holds = (name: HistogramName): Named | null => {
    const histogram = histograms[name];
    return histogram && { name: `/histograms/${name} holds`, value: histogram.count };
  };
  const committed = { name: '/committedOfWindow is', value: results.committedOfWindow };
  const scheduled = { name: '/scheduledInWindow is', value: results.scheduledInWindow };
  const { blocksCommitted } = results.counters;
  const blocks = { name: '/counters/blocksCommitted is', value: blocksCommitted };
  return [
    ...differ(holds('commitLatency'), committed),
    ...differ(holds('serviceLatency'), committed),
    ...exceeds(holds('sendLag'), scheduled),
    ...exceeds(holds('blockLatency'), blocks, blocksAtEdges),
  ];
}

function compareCounts(results: NodeResults): Disagreement[] {
  const { committedOfWindow, rejectedOfWindow, scheduledInWindow, counters } = results;
  const { cpuPeriods, cpuPeriodsThrottled } = counters;
  const settled = committedOfWindow + rejectedOfWindow;
  const throttled =
    cpuPeriods === null || cpuPeriodsThrottled === null
      ? []
      : exceeds(
          { name: '/counters/cpuPeriodsThrottled is', value: cpuPeriodsThrottled },
          { name: '/counters/cpuPeriods is', value: cpuPeriods },
        );
  return [
    ...exceeds(
      { name: '/committedOfWindow and /rejectedOfWindow together are', value: settled },
      { name: '/scheduledInWindow is', value: scheduledInWindow },
    ),
    ...throttled,
  ];
}

function compareSeries(results: NodeResults): Disagreement[] {
  const { series, window, scheduledInWindow, committedInWindow } = results;
  const slices = Math.ceil((window.endUnixMs - window.startUnixMs) / series.periodMs);
  const length = (name: 'scheduled' | 'committed'): Disagreement[] =>
    // The edge itself may fall into a slice of its own, or be rounded away.
    Math.abs(series[name].length - slices) <= 1
      ? []
      : differ(
          { name: `/series/${name} has as many slices as`, value: series[name].length },
          { name: 'window and /series/periodMs make', value: slices },
        );
  return [
    ...differ(
      { name: '/series/scheduled adds up to', value: sum(series.scheduled) },
      { name: '/scheduledInWindow is', value: scheduledInWindow },
    ),
    ...differ(
      { name: '/series/committed adds up to', value: sum(series.committed) },
      { name: '/committedInWindow is', value: committedInWindow },
    ),
    ...length('scheduled'),
    ...length('committed'),
  ];
}

function compareCommits({ commits, counters, window }: NodeResults): Disagreement[] {
  if (commits === undefined) return [];
  const { slices, sliceMs } = commits;
  const blocks = sum(slices.map(([, count]) => count));
  const last = sum(slices.map(([gap]) => gap));
  const slack = blocksAtEdges + blocksAtEdgesRatio * counters.blocksCommitted;
  const isNear = Math.abs(blocks - counters.blocksCommitted) <= slack;
  return [
    ...(isNear
      ? []
      : differ(
          { name: '/commits/slices adds up to', value: blocks },
          { name: '/counters/blocksCommitted is', value: counters.blocksCommitted },
        )),
    ...exceeds(
      { name: '/commits/slices ends with slice', value: last },
      {
        name: 'the last of window and /commits/sliceMs is',
        value: Math.ceil((window.endUnixMs - window.startUnixMs) / sliceMs),
      },
    ),
  ];
}

/** A number and what says it, with its verb. */
interface Named {
  readonly name: string;
  readonly value: number;
}

function differ(one: Named | null, other: Named): Disagreement[] {
  if (one === null || one.value === other.value) return [];
  return [disagreement(one, other)];
}

function exceeds(part: Named | null, whole: Named, slack = 0): Disagreement[] {
  if (part === null || part.value <= whole.value + slack) return [];
  return [disagreement(part, whole)];
}

function disagreement(one: Named, other: Named): Disagreement {
  return {
    text: `${one.name} ${one.value}, ${other.name} ${other.value}`,
    ratio: Math.abs(one.value - other.value) / Math.max(one.value, other.value, 1),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}
