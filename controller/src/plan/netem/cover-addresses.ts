/**
 * Addresses as prefixes: the fewest blocks that hold every address wanted and none that is not
 * free to be held. Pure arithmetic on offsets into one subnet.
 */

/** `2 ** (32 - length)` addresses from `offset`, which is a multiple of that. */
export interface Prefix {
  readonly offset: number;
  readonly length: number;
}

export interface AddressSpace {
  /** Length of the subnet that the offsets count in, 0 to 32. */
  readonly length: number;
  /** Disjoint blocks outside of which nothing may be held: the gateway lives there. */
  readonly blocks: readonly Prefix[];
}

/**
 * A trie, walked from the top: a block is taken as soon as it holds nothing but addresses that are
 * wanted or free, and halved if not. No cover has fewer prefixes: every one of them would have to
 * be a part of a block taken here, and each block taken holds an address that is wanted.
 * @param wanted offsets to be held; all inside `space.blocks`
 * @param kept offsets that must stay outside
 * @returns disjoint prefixes in ascending order
 */
export function coverAddresses(
  wanted: readonly number[],
  kept: readonly number[],
  space: AddressSpace,
): Prefix[] {
  const whole = { offset: 0, length: space.length };
  return coverPart(whole, sortedOffsets(wanted), sortedOffsets(kept), space);
}

/** How many addresses a prefix holds. */
export function sizeOf(prefix: Prefix): number {
  return 2 ** (32 - prefix.length);
}

/** `a.b.c.d` of a 32-bit address. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** @param wanted, kept ascending, inside `part` */
function coverPart(
  part: Prefix,
  wanted: Int32Array,
  kept: Int32Array,
  space: AddressSpace,
): Prefix[] {
  if (wanted.length === 0) return [];
  if (kept.length === 0 && isInsideBlocks(part, space.blocks)) return [part];
  if (part.length === 32) throw new Error(`Broken invariant: ${part.offset} is wanted and kept`);
  const length = part.length + 1;
  const upper = part.offset + sizeOf({ offset: 0, length });
  const [wantedAt, keptAt] = [firstFrom(upper, wanted), firstFrom(upper, kept)];
  return [
    ...coverPart(
      { offset: part.offset, length },
      wanted.subarray(0, wantedAt),
      kept.subarray(0, keptAt),
      space,
    ),
    ...coverPart(
      { offset: upper, length },
      wanted.subarray(wantedAt),
      kept.subarray(keptAt),
      space,
    ),
  ];
}

function sortedOffsets(offsets: readonly number[]): Int32Array {
  return Int32Array.from(offsets).sort();
}

/** The place of the first of `sorted` that is not below `offset`. */
function firstFrom(offset: number, sorted: Int32Array): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((sorted[middle] ?? 0) < offset) from = middle + 1;
    else to = middle;
  }
  return from;
}

function isInsideBlocks(part: Prefix, blocks: readonly Prefix[]): boolean {
  let inside = 0;
  for (const block of blocks) {
    const from = Math.max(part.offset, block.offset);
    const to = Math.min(part.offset + sizeOf(part), block.offset + sizeOf(block));
    inside += Math.max(0, to - from);
  }
  return inside === sizeOf(part);
}
