/**
 * Where in the data subnet each node lives: every region has a block of its own whose size is a
 * power of two and whose offset is a multiple of it, so that one prefix matches the region.
 */
import type { CellNetwork, PlannedRegion } from '../model/network.ts';

/** For the network's own address, the gateway and the helper. */
const reserved = 16;
/** /26: small networks of any size then look alike. */
const sizeMin = 64;

export interface AddressLayout {
  readonly addressing: CellNetwork['addressing'];
  /** In the order of the regions. */
  readonly blocks: readonly PlannedRegion['block'][];
}

/**
 * @param regions node indexes of each region; together 0 to n-1, each once
 * @param compact for a network that nobody filters: one block for all, which is the subnet
 */
export function layOutAddresses(
  regions: readonly (readonly number[])[],
  compact: boolean,
): AddressLayout {
  const nodeCount = regions.reduce((sum, nodes) => sum + nodes.length, 0);
  if (compact && regions.length === 1) {
    const prefix = prefixOf(reserved + nodeCount + 1);
    const offsets = Array.from({ length: nodeCount }, (_, index) => reserved + index);
    return { addressing: { prefix, offsets }, blocks: [{ offset: 0, prefix }] };
  }
  const starts = placeBlocks(regions.map(({ length }) => powerOfTwo(length)));
  const offsets = new Array<number>(nodeCount).fill(0);
  let last = 0;
  for (const [index, nodes] of regions.entries()) {
    for (const [position, node] of nodes.entries()) {
      const offset = (starts[index] ?? 0) + position;
      offsets[node] = offset;
      last = Math.max(last, offset);
    }
  }
  // One more than the last node for the broadcast address.
  const prefix = prefixOf(last + 2);
  const blocks = regions.map(({ length }, index) => ({
    offset: starts[index] ?? 0,
    prefix: 32 - Math.log2(powerOfTwo(length)),
  }));
  return { addressing: { prefix, offsets }, blocks };
}

/** The largest first: each then starts where the one before ends, without a gap. */
function placeBlocks(sizes: readonly number[]): number[] {
  const starts = new Array<number>(sizes.length).fill(0);
  const order = sizes
    .map((size, index) => ({ size, index }))
    .sort((a, b) => b.size - a.size || a.index - b.index);
  let next = Math.max(reserved, order[0]?.size ?? reserved);
  for (const { size, index } of order) {
    starts[index] = next;
    next += size;
  }
  return starts;
}

function prefixOf(addresses: number): number {
  return 32 - Math.log2(powerOfTwo(Math.max(sizeMin, addresses)));
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, atLeast)));
}
