import { describe, expect, it } from '@jest/globals';
import { createPrng } from '../../../../../controller/src/lib/prng.ts';
import { createSeenWindow } from '../../../../../node-image/src/shell/overlay/seen-window.ts';

describe('a window of seen messages', () => {
  it('agrees with a set over any order within its width', () => {
    const prng = createPrng(11);
    const window = createSeenWindow();
    const set = new Set<number>();
    let front = 0;
    for (let step = 0; step < 20_000; step += 1) {
      front += prng.below(3);
      const sequence = Math.max(0, front - prng.below(200));
      expect(window.has(1, sequence)).toBe(set.has(sequence));
      window.add(1, sequence);
      set.add(sequence);
    }
  });

  it('takes what is older than its width for seen', () => {
    const window = createSeenWindow();
    window.add(1, 40_000);
    expect(window.has(1, 40_000 - 32_768)).toBe(true);
    expect(window.has(1, 40_000 - 32_767)).toBe(false);
    window.add(1, 4_000_000_000);
    expect(window.has(1, 40_000)).toBe(true);
    expect(window.has(1, 3_999_999_999)).toBe(false);
  });

  it('starts over with a later epoch and is done with earlier ones', () => {
    const window = createSeenWindow();
    window.add(5, 100);
    expect(window.has(6, 100)).toBe(false);
    window.add(6, 3);
    expect([window.has(6, 3), window.has(6, 2), window.has(6, 100)]).toEqual([true, false, false]);
    expect(window.has(5, 101)).toBe(true);
    window.add(5, 101);
    expect(window.has(6, 4)).toBe(false);
  });
});
