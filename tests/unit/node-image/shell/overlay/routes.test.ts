import { describe, expect, it } from '@jest/globals';
import { random } from '../../../../../controller/src/plan/topology/random.ts';
import { ring } from '../../../../../controller/src/plan/topology/ring.ts';
import { createRoutes } from '../../../../../node-image/src/shell/overlay/routes.ts';

describe('routes', () => {
  it('go the shorter way round a ring, and the other way when that is cut', () => {
    const routes = createRoutes(0, 7, ring(7));
    expect([1, 2, 3, 4, 5, 6].map((to) => routes.nextHop(to))).toEqual([1, 1, 1, 6, 6, 6]);
    // Node 2 says that it lost 3: one end is enough.
    routes.report(2, [3]);
    expect([2, 3].map((to) => routes.nextHop(to))).toEqual([1, 6]);
    routes.report(2, []);
    expect(routes.nextHop(3)).toBe(1);
  });

  it('are none to what is cut off on all sides', () => {
    const routes = createRoutes(0, 5, ring(5));
    routes.report(2, [1]);
    routes.report(4, [3]);
    expect([1, 2, 3, 4].map((to) => routes.nextHop(to))).toEqual([1, null, null, 4]);
  });

  it('shorten the way at every hop, whatever the graph', () => {
    for (const seed of [1, 2, 3]) {
      const edges = random(20, 3, seed);
      const all = edges.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]);
      const tables = Array.from({ length: 20 }, (_, self) => createRoutes(self, 20, edges));
      for (let from = 0; from < 20; from += 1) {
        for (let to = 0; to < 20; to += 1) {
          if (from === to) continue;
          let at = from;
          let hops = 0;
          while (at !== to && hops < 20) {
            const next = tables[at]?.nextHop(to) ?? -1;
            expect(all).toContainEqual([at, next]);
            at = next;
            hops += 1;
          }
          expect(at).toBe(to);
        }
      }
    }
  });
});
