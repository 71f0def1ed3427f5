import { formatNumber } from '../lib/units.ts';
import type { CellFinding } from '../model/finding.ts';
import { isLatencyWhole } from '../model/latency-share.ts';
import { reasonCodes } from '../model/reason-kinds.ts';
import { wordCell } from '../model/word-cell.ts';
import { hasCode, listCells } from './headline-words.ts';

/**
 * A load that was not carried, as the first thing said of a result: every figure beside it is read
 * otherwise, above all latencies, which are those of the few that were committed.
 */

/** Reasons that say no more than this sentence does (docs/verdicts.md). */
export const saidByLoad: ReadonlySet<string> = new Set([
  reasonCodes.transactionsRejected,
  reasonCodes.transactionsUnfinished,
]);

/** @returns a sentence with a space behind it; empty if the load was carried in every cell */
export function sayNotCarried(cells: readonly CellFinding[]): string {
  const short = cells.filter(
    (cell) => !isLatencyWhole(cell.latency.shareOfDue) && !hasCode(cell, reasonCodes.noProgress),
  );
  const [first, ...others] = short;
  if (first === undefined) return '';
  const worst = others.reduce((a, b) => (shareOf(b) < shareOf(a) ? b : a), first);
  const rejected = worst.reasons.find(
    ({ code }) => code === reasonCodes.transactionsRejected,
  )?.value;
  const parts = [
    `${percent(shareOf(worst))} of the transactions due were committed`,
    ...(rejected == null ? [] : [`up to ${percent(rejected)} were rejected`]),
    'latencies are of those committed',
  ];
  const at = short.length > 1 ? ` at ${wordCell(worst)},` : '';
  return `The load was not carried at ${listCells(short, cells)}:${at} ${parts.join(', ')}. `;
}

function shareOf({ latency }: CellFinding): number {
  return latency.shareOfDue ?? 1;
}

/** Never rounds something to nothing. */
function percent(share: number): string {
  return share > 0 && share < 0.001 ? 'less than 0.1 %' : `${formatNumber(100 * share, 1)} %`;
}
