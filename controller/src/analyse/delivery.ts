import type { CellFinding } from '../model/finding.ts';

/** What was offered, and how much of it was committed. Pure. */

/** Committed over offered from which on the network is said to have kept up with the load. */
export const deliveryMin = 0.95;

/** Of clients whose entry is honest: what a member that breaks the rules takes in may go nowhere. */
export function offeredOf({ offeredTxPerSec, nodeCount, byzantine }: CellFinding): number {
  return (offeredTxPerSec * (nodeCount - (byzantine?.members ?? 0))) / nodeCount;
}

/**
 * Committed of what was offered; null where nothing was. Members that break the rules may pass on
 * what their clients send: with such members no more than what honest ones saw of their own.
 */
export function deliveryOf(cell: CellFinding): number | null {
  const { throughputTxPerSec, successRatio, byzantine } = cell;
  const offered = offeredOf(cell);
  if (throughputTxPerSec === null || offered === 0) return null;
  const delivery = throughputTxPerSec.mean / offered;
  return byzantine === undefined ? delivery : Math.min(delivery, successRatio?.mean ?? delivery);
}
