import type { NodeResults } from '../../../node-image/src/contract/index.ts';
import { downedNodes, isDowning } from '../model/downed-nodes.ts';
import type { RepetitionRecord } from '../model/record.ts';
import { timeMs } from './shaped-repetition.ts';

/** Transactions per second that were due on average between two times in the window. */
export type OfferedLoad = (fromMs: number, toMs: number) => number;

/**
 * What clients had to send, by the schedules of the nodes that lived through. One that was taken
 * down told no schedule for the time before: it had the same share as the others. While it is down
 * nothing is offered at it, and afterwards what its new client reports.
 */
export function readOffered(
  record: RepetitionRecord,
  lived: readonly NodeResults[],
  window: { readonly startUnixMs: number; readonly windowMs: number },
): OfferedLoad {
  const periodMs = lived[0]?.series.periodMs ?? 1000;
  const slices = Math.max(0, ...lived.map(({ series }) => series.scheduled.length));
  const downs = [...downedNodes(record.timeline)].map((node) => {
    const results = record.nodes.find(({ nodeIndex }) => nodeIndex === node)?.results ?? null;
    return { ...downTimeOf(record, node, window.startUnixMs), results };
  });
  const perSlice = Array.from({ length: slices }, (_, slice) => {
    const own = lived.reduce((sum, { series }) => sum + (series.scheduled[slice] ?? 0), 0);
    const share = own / Math.max(1, lived.length);
    const fromMs = slice * periodMs;
    return downs.reduce((sum, { firstMs, backMs, results }) => {
      const upRatio = Math.min(1, Math.max(0, (firstMs - fromMs) / periodMs));
      const again = fromMs >= backMs ? (results?.series.scheduled[slice] ?? 0) : 0;
      return sum + share * upRatio + again;
    }, own);
  });
  return (fromMs, toMs) => meanRate(perSlice, periodMs, { fromMs, toMs, endMs: window.windowMs });
}

/** When a node went down first, and from when on it was up for good. */
function downTimeOf(
  { timeline }: RepetitionRecord,
  node: number,
  startUnixMs: number,
): { readonly firstMs: number; readonly backMs: number } {
  const own = timeline.filter((event) => isDowning(event) && event.nodes.includes(node));
  const begins = own.map(({ begunAt, plannedAt }) => timeMs(begunAt ?? plannedAt) - startUnixMs);
  const ends = own.map(({ endedAt }) =>
    endedAt === null ? Number.POSITIVE_INFINITY : timeMs(endedAt) - startUnixMs,
  );
  return { firstMs: Math.min(...begins), backMs: Math.max(...ends) };
}

/** Slices that lie in part between the two times count in part. */
function meanRate(
  perSlice: readonly number[],
  periodMs: number,
  { fromMs, toMs, endMs }: Readonly<Record<'fromMs' | 'toMs' | 'endMs', number>>,
): number {
  let sum = 0;
  const last = Math.min(perSlice.length - 1, Math.floor(toMs / periodMs));
  for (let slice = Math.max(0, Math.floor(fromMs / periodMs)); slice <= last; slice++) {
    const start = slice * periodMs;
    const length = Math.min(periodMs, endMs - start);
    const shared = Math.min(toMs, start + length) - Math.max(fromMs, start);
    if (shared > 0 && length > 0) sum += ((perSlice[slice] ?? 0) * shared) / length;
  }
  return toMs > fromMs ? sum / ((toMs - fromMs) / 1000) : 0;
}
