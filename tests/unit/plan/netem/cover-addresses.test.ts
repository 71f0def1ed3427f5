import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  coverAddresses,
  formatAddress,
  type Prefix,
  sizeOf,
} from '../../../../controller/src/plan/netem/cover-addresses.ts';

const space = {
  length: 27,
  blocks: [
    { offset: 4, length: 30 },
    { offset: 8, length: 29 },
    { offset: 16, length: 28 },
  ],
};

describe('coverAddresses', () => {
  it('takes a whole region as one prefix', () => {
    expect(coverAddresses([17, 18, 19], [5, 9], space)).toEqual([{ offset: 16, length: 28 }]);
  });

  it('joins blocks that lie side by side, but never takes what is outside of all blocks', () => {
    const joined = {
      length: 27,
      blocks: [
        { offset: 16, length: 29 },
        { offset: 24, length: 29 },
      ],
    };
    expect(coverAddresses([16, 31], [], joined)).toEqual([{ offset: 16, length: 28 }]);
    expect(coverAddresses([5, 9], [], { length: 28, blocks: space.blocks.slice(0, 2) })).toEqual([
      { offset: 4, length: 30 },
      { offset: 8, length: 29 },
    ]);
  });

  it('refuses an address that is wanted and kept', () => {
    expect(() => coverAddresses([17], [17], space)).toThrow('17 is wanted and kept');
  });

  it('holds all that is wanted, nothing that is kept or outside, with the fewest prefixes', () => {
    const sets = fc.uniqueArray(fc.integer({ min: 4, max: 31 }), { maxLength: 16 });
    fc.assert(
      fc.property(sets, sets, (wanted, others) => {
        const kept = others.filter((offset) => !wanted.includes(offset));
        const cover = coverAddresses(wanted, kept, space);
        const held = cover.flatMap(addressesOf);
        expect(new Set(held).size).toBe(held.length);
        expect(wanted.every((offset) => held.includes(offset))).toBe(true);
        expect(kept.some((offset) => held.includes(offset))).toBe(false);
        expect(Math.min(...held, 4)).toBe(4);
        expect(cover).toHaveLength(fewest({ offset: 0, length: 27 }, wanted, kept));
      }),
    );
  });
});

describe('formatAddress', () => {
  it('writes the four bytes, also of addresses above 2^31', () => {
    expect(formatAddress(0xc0_a8_01_ff)).toBe('192.168.1.255');
    expect(formatAddress(0)).toBe('0.0.0.0');
  });
});

/** By trying every way to split, which is what no shortcut can be better than. */
function fewest(part: Prefix, wanted: readonly number[], kept: readonly number[]): number {
  const here = addressesOf(part);
  if (!here.some((offset) => wanted.includes(offset))) return 0;
  const inside = here.every((offset) => offset >= 4 && !kept.includes(offset));
  if (part.length === 32) return 1;
  const length = part.length + 1;
  const halves = [part.offset, part.offset + here.length / 2].map((offset) => ({ offset, length }));
  const split = halves.reduce((sum, half) => sum + fewest(half, wanted, kept), 0);
  return inside ? Math.min(1, split) : split;
}

function addressesOf(prefix: Prefix): number[] {
  return Array.from({ length: sizeOf(prefix) }, (_, index) => prefix.offset + index);
}
