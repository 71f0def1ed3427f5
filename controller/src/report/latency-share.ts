/** Of how many of the transactions a latency is: it stands beside every latency where it matters. */
import type { CellFinding } from '../model/finding.ts';
import { isLatencyWhole } from '../model/latency-share.ts';
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
  const parts = cells.flatMap(({ nodeCount, latency }) => {
    const share = describeShare(latency.shareOfDue);
    return share === '' ? [] : [`${share} at n = ${nodeCount}`];
  });
  return parts.length === 0 ? '' : `; of the transactions due, ${parts.join(', ')}`;
}
