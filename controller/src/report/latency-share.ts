/** Of how many of the transactions a latency is: it stands beside every latency where it matters. */
import type { CellFinding } from '../model/finding.ts';
import { isLatencyWhole } from '../model/latency-share.ts';
import { isSizeAlone, wordCell, wordCells } from '../model/word-cell.ts';
import type { Figure } from './figures.ts';
import { formatPercent } from './format-value.ts';

/** `of 3.1 %`; empty where (nearly) all were committed, or where it is not known. */
export function describeShare(share: number | null): string {
  return isLatencyWhole(share) ? '' : `of ${formatPercent(share ?? 0)}`;
}

/** Beside a figure that is no latency it says nothing. */
export function shareBeside(figure: Figure, share: number | null): string {
  return figure.isLatency === true ? describeShare(share) : '';
}

/** `; of 3.1 % of the transactions due at n = 16`, for captions; empty where all are whole. */
export function noteShares(cells: readonly CellFinding[]): string {
  const partial = cells.filter(({ latency }) => !isLatencyWhole(latency.shareOfDue));
  if (partial.length === 0) return '';
  if (!isSizeAlone(cells)) {
    // A caption has no room for the share of each; it stands beside the latency in the table.
    return `; at ${wordCells(partial, cells)} only of those that were committed`;
  }
  const parts = partial.map(
    (cell) => `${describeShare(cell.latency.shareOfDue)} at ${wordCell(cell)}`,
  );
  return `; of the transactions due, ${parts.join(', ')}`;
}
