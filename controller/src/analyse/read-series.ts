import type { NodeResults } from '../../../node-image/src/contract/index.ts';

/** Committed transactions of the whole network over the measured window. */
export interface NetworkSeries {
  readonly periodMs: number;
  readonly txPerSec: readonly number[];
}

/**
 * Sums the nodes' series slice by slice. A slice that a node does not have counts as 0 for it; a
 * slice that the window covers only in part is left out, because its rate would be too low.
 * @returns null without nodes, or if nodes used different periods
 */
export function readSeries(results: readonly NodeResults[]): NetworkSeries | null {
  const first = results[0];
  if (first === undefined) return null;
  const { periodMs } = first.series;
  if (results.some((node) => node.series.periodMs !== periodMs)) return null;
  const windowMs = first.window.endUnixMs - first.window.startUnixMs;
  const slices = Math.min(
    Math.floor(windowMs / periodMs),
    Math.max(...results.map((node) => node.series.committed.length)),
  );
  const txPerSec = Array.from({ length: Math.max(0, slices) }, (_, slice) => {
    const committed = results.reduce((sum, node) => sum + (node.series.committed[slice] ?? 0), 0);
    return committed / (periodMs / 1000);
  });
  return { periodMs, txPerSec };
}

/**
 * Means over windows of about `windowMs`: as many whole slices as fit into one, at least one.
 * An incomplete last window is dropped.
 */
export function resample(series: NetworkSeries, windowMs: number): readonly number[] {
  const size = Math.max(1, Math.round(windowMs / series.periodMs));
  const windows = Math.floor(series.txPerSec.length / size);
  return Array.from({ length: windows }, (_, window) => {
    const slices = series.txPerSec.slice(window * size, (window + 1) * size);
    return slices.reduce((sum, value) => sum + value, 0) / size;
  });
}
