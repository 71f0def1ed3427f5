/** The topology and who leads, in words. Pure. */

import { formatNumber } from '../../../lib/units.ts';
import { formatThreeDigits } from '../../../report/format-value.ts';
import type { NodeColumns, Topology } from '../../api/live.ts';

export function tellLinks({ edges, regionOf, regions, quorum }: Topology): string {
  const nodes = regionOf.length;
  const links =
    edges === null
      ? 'everybody linked to everybody'
      : `${formatNumber(edges.length)} links, ${formatThreeDigits((2 * edges.length) / Math.max(1, nodes))} a node`;
  const where = regions.length < 2 ? '' : ` in ${regions.length} regions`;
  return `${nodes} nodes${where}, ${links}; ${quorum} are a quorum.`;
}

/** Where the leader changes with the round, who leads is who proposes most. */
export function tellLeaders(
  { proposedPerSec }: NodeColumns,
  { regions, regionOf }: Topology,
): string {
  const leading = proposedPerSec.flatMap((value, node) =>
    value !== null && value > 0 ? [{ node, value }] : [],
  );
  const [first, ...others] = leading.sort((a, b) => b.value - a.value);
  if (first === undefined) return 'Nobody proposes blocks.';
  const region = regions.length < 2 ? '' : ` (${regions[regionOf[first.node] ?? 0]})`;
  const most = `Node ${first.node}${region} proposes most, ${formatThreeDigits(first.value)} blocks a second`;
  return others.length === 0
    ? `${most}; nobody else does.`
    : `${most}; ${others.length} others propose too.`;
}
