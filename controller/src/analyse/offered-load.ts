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
  startUnixMs: number,
): OfferedLoad {
  const downs = [...downedNodes(record.timeline)].map((node) => ({
    firstMs: firstDownMs(record, node, startUnixMs),
    again: record.nodes.find(({ nodeIndex }) => nodeIndex === node)?.results ?? null,
  }));
  const dueOf = (nodes: readonly NodeResults[], fromMs: number, toMs: number): number =>
    nodes.reduce((sum, node) => sum + dueBetween(node, startUnixMs, { fromMs, toMs }), 0);
  return (fromMs, toMs) => {
    if (toMs <= fromMs) return 0;
    let due = dueOf(lived, fromMs, toMs);
    for (const { firstMs, again } of downs) {
      due += dueOf(lived, fromMs, Math.min(toMs, firstMs)) / Math.max(1, lived.length);
      if (again !== null) due += dueOf([again], Math.max(fromMs, firstMs), toMs);
    }
    return due / ((toMs - fromMs) / 1000);
  };
}

function firstDownMs({ timeline }: RepetitionRecord, node: number, startUnixMs: number): number {
  const own = timeline.filter((event) => isDowning(event) && event.nodes.includes(node));
  return Math.min(
    ...own.map(({ begunAt, plannedAt }) => timeMs(begunAt ?? plannedAt) - startUnixMs),
  );
}

/**
 * Transactions of one node due between two times; slices that lie there in part count in part. A
 * client that began anew has a window of its own, and slices from its start.
 */
function dueBetween(
  { series, window }: NodeResults,
  startUnixMs: number,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): number {
  const { periodMs, scheduled } = series;
  const offsetMs = window.startUnixMs - startUnixMs;
  const ownMs = window.endUnixMs - window.startUnixMs;
  const first = Math.max(0, Math.floor((fromMs - offsetMs) / periodMs));
  const last = Math.min(scheduled.length - 1, Math.floor((toMs - offsetMs) / periodMs));
  let sum = 0;
  for (let slice = first; slice <= last; slice++) {
    const start = slice * periodMs;
    const length = Math.min(periodMs, ownMs - start);
    const shared = Math.min(toMs - offsetMs, start + length) - Math.max(fromMs - offsetMs, start);
    if (shared > 0 && length > 0) sum += ((scheduled[slice] ?? 0) * shared) / length;
  }
  return sum;
}
