import type { NodeResults } from '../../../node-image/src/contract/index.ts';
import { readSeries } from './read-series.ts';

/** What the network as a whole committed, slice by slice from the start of the window. */
export interface NetworkCommits {
  readonly startUnixMs: number;
  readonly windowMs: number;
  readonly sliceMs: number;
  readonly transactions: readonly number[];
  /** Blocks; transactions where nodes do not tell when they committed blocks. */
  readonly commits: readonly number[];
}

/**
 * By the commits that nodes saw: what a node has committed up to a time, and of all nodes the
 * median, of two the larger. Commits need more than half of the nodes, so a minority that is cut
 * off and catches up later moves nothing. Nodes that do not tell are represented by their clients.
 * @param results of the nodes that lived through the window
 */
export function readCommits(results: readonly NodeResults[]): NetworkCommits | null {
  const windows = results.map(({ window }) => window);
  const startUnixMs = Math.min(...windows.map((window) => window.startUnixMs));
  const windowMs = Math.min(...windows.map((window) => window.endUnixMs - window.startUnixMs));
  const told = results.flatMap(({ commits }) => commits ?? []);
  const sliceMs = told[0]?.sliceMs;
  if (sliceMs === undefined || told.some((one) => one.sliceMs !== sliceMs)) {
    const series = readSeries(results);
    if (series === null) return null;
    const { periodMs, txPerSec } = series;
    const transactions = txPerSec.map((rate) => (rate * periodMs) / 1000);
    return { startUnixMs, windowMs, sliceMs: periodMs, transactions, commits: transactions };
  }
  const slices = Math.floor(windowMs / sliceMs);
  const growth = (column: 1 | 2): readonly number[] =>
    growthOfMedian(told.map((one) => cumulate(one.slices, column, slices)));
  return { startUnixMs, windowMs, sliceMs, transactions: growth(2), commits: growth(1) };
}

/** Of two values in the middle the larger; undefined without any. */
export function upperMedian(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => b - a)[Math.ceil(values.length / 2) - 1];
}

type Slices = NonNullable<NodeResults['commits']>['slices'];

/** What had been committed by the end of each slice. */
function cumulate(entries: Slices, column: 1 | 2, slices: number): Float64Array {
  const reached = new Float64Array(slices);
  let slice = 0;
  for (const entry of entries) {
    slice += entry[0];
    if (slice < slices) reached[slice] = entry[column];
  }
  for (let i = 1; i < slices; i++) reached[i] = (reached[i] ?? 0) + (reached[i - 1] ?? 0);
  return reached;
}

function growthOfMedian(nodes: readonly Float64Array[]): readonly number[] {
  const slices = nodes[0]?.length ?? 0;
  let before = 0;
  return Array.from({ length: slices }, (_, slice) => {
    const reached = upperMedian(nodes.map((node) => node[slice] ?? 0)) ?? 0;
    const grown = reached - before;
    before = reached;
    return grown;
  });
}

/** The same in slices as long as those of the nodes' own series, per second; for charts. */
export function coarsen(
  { sliceMs, transactions }: NetworkCommits,
  periodMs: number,
): { readonly periodMs: number; readonly txPerSec: readonly number[] } {
  const size = Math.max(1, Math.round(periodMs / sliceMs));
  const length = size * sliceMs;
  const txPerSec = Array.from({ length: Math.floor(transactions.length / size) }, (_, i) => {
    const own = transactions.slice(i * size, (i + 1) * size);
    return own.reduce((sum, value) => sum + value, 0) / (length / 1000);
  });
  return { periodMs: length, txPerSec };
}
