import type { CellNetwork } from '../../model/network.ts';
import { sizeOf } from './cover-addresses.ts';
import { matchPrefix } from './tree.ts';

/**
 * Multicast and broadcast. A packet for many leaves a node once, so no link's delay, loss or cut
 * could hold for it: it would pass them all. Nothing of the kind leaves a node that is shaped.
 * @param baseAddress first address of the data subnet, 32 bits
 * @returns u32 matches of their destinations
 */
export function toManyMatches(
  { addressing }: Pick<CellNetwork, 'addressing'>,
  baseAddress: number,
): readonly string[] {
  const last = sizeOf({ offset: 0, length: addressing.prefix }) - 1;
  return [
    matchPrefix({ offset: 0xe0_00_00_00, length: 4 }, 0),
    matchPrefix({ offset: 0xff_ff_ff_ff, length: 32 }, 0),
    matchPrefix({ offset: last, length: 32 }, baseAddress),
  ];
}
