import type { Shaping, ShapingCounters } from '../../../../node-image/src/contract/index.ts';
import type { CellNetwork } from '../../model/network.ts';
import type { LinkCounters } from '../shaper.ts';

/** What nodes count of their shaping, in the terms of the port. Pure. */

type CountedLinks = ShapingCounters['links'];

/** Peers added up by region. A segment that was lost got through later, but counts as dropped. */
export function countLinks(
  { regionOf }: Pick<CellNetwork, 'regionOf'>,
  nodeIndex: number,
  links: CountedLinks,
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

/**
 * A node counts for every peer that it was told to shape, and forgets that when it begins anew:
 * a peer that is not counted is not shaped.
 * @returns sentences
 */
export function findUnshaped(
  wanted: Shaping,
  nodeIndex: number,
  links: CountedLinks,
): readonly string[] {
  const counted = new Set(links.map(({ peerIndex }) => peerIndex));
  const missing = wanted.links.filter(({ peerIndex }) => !counted.has(peerIndex));
  if (missing.length === 0) return [];
  const peers = missing.map(({ peerIndex }) => peerIndex);
  const named = peers.slice(0, 8).join(', ');
  const more = peers.length > 8 ? ` and ${peers.length - 8} more` : '';
  return [`Node ${nodeIndex} does not shape what it sends to ${named}${more}.`];
}
