import type { ShapingStatus } from '../../../../node-image/src/contract/index.ts';
import type { CellNetwork } from '../../model/network.ts';
import type { LinkCounters } from '../shaper.ts';

/** What nodes count of their shaping, in the terms of the port. Pure. */

/** Peers added up by region. A segment that was lost got through later, but counts as dropped. */
export function countLinks(
  { regionOf }: Pick<CellNetwork, 'regionOf'>,
  nodeIndex: number,
  links: ShapingStatus['links'],
): readonly LinkCounters[] {
  const sums = new Map<number, LinkCounters>();
  for (const { peerIndex, segments, segmentsLost, bytes } of links) {
    const toRegion = regionOf[peerIndex];
    if (toRegion === undefined) continue;
    const sum = sums.get(toRegion) ?? { nodeIndex, toRegion, packets: 0, bytes: 0, dropped: 0 };
    sums.set(toRegion, {
      ...sum,
      packets: sum.packets + segments - segmentsLost,
      bytes: sum.bytes + bytes,
      dropped: sum.dropped + segmentsLost,
    });
  }
  return [...sums.values()].sort((a, b) => a.toRegion - b.toRegion);
}
