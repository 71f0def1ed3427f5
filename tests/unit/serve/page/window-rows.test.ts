import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { windowRows } from '../../../../controller/src/serve/page/logic/window-rows.ts';

describe('windowRows', () => {
  it('draws every row that can be seen, wherever one has scrolled to, and not many more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 0, max: 26_000 }),
        (count, topPixels) => {
          const scrolled = {
            topPixels: Math.min(topPixels, Math.max(0, count * 26 - 420)),
            heightPixels: 420,
            rowPixels: 26,
          };
          const { first, end } = windowRows(count, scrolled);
          expect(first).toBeLessThanOrEqual(scrolled.topPixels / 26);
          expect(end).toBeGreaterThanOrEqual(Math.min(count, (scrolled.topPixels + 420) / 26));
          expect(first).toBeGreaterThanOrEqual(0);
          expect(end - first).toBeLessThanOrEqual(60);
        },
      ),
    );
  });
});
