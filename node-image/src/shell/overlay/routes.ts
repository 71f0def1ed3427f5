/**
 * Shortest paths through the graph of planned links, without those that one of their ends says are
 * dead (link-state routing, as in OSPF, RFC 2328, with every link of cost 1). A member can lie about
 * its own links only.
 */
export interface Routes {
  /** The neighbour by which a shortest path leads there; null if none does. */
  nextHop(destination: number): number | null;
  /** Replaces what `member` says of its links. */
  report(member: number, down: readonly number[]): void;
}

export type Edge = readonly [number, number];

/**
 * @param edges pairs of member indexes, each once
 */
export function createRoutes(self: number, memberCount: number, edges: readonly Edge[]): Routes {
  const neighbours = adjacencyOf(memberCount, edges);
  const down = new Map<number, ReadonlySet<number>>();
  /** Next hops from here to everybody; null after a change. */
  let table: readonly (number | null)[] | null = null;

  const isDown = (a: number, b: number): boolean =>
    down.get(a)?.has(b) === true || down.get(b)?.has(a) === true;

  const compute = (): (number | null)[] => {
    const hops: (number | null)[] = Array.from({ length: memberCount }, () => null);
    const isReached = new Uint8Array(memberCount);
    isReached[self] = 1;
    let ring = [self];
    while (ring.length > 0) {
      const next: number[] = [];
      for (const at of ring) {
        for (const to of neighbours[at] ?? []) {
          if (isReached[to] === 1 || isDown(at, to)) continue;
          isReached[to] = 1;
          hops[to] = at === self ? to : (hops[at] ?? null);
          next.push(to);
        }
      }
      ring = next;
    }
    return hops;
  };

  return {
    nextHop(destination) {
      table ??= compute();
      return table[destination] ?? null;
    },
    report(member, downLinks) {
      if (downLinks.length === 0) down.delete(member);
      else down.set(member, new Set(downLinks));
      table = null;
    },
  };
}

/** Neighbours of each member in an order of its own, so that equal paths share the work. */
function adjacencyOf(memberCount: number, edges: readonly Edge[]): readonly (readonly number[])[] {
  const neighbours: number[][] = Array.from({ length: memberCount }, () => []);
  for (const [a, b] of edges) {
    neighbours[a]?.push(b);
    neighbours[b]?.push(a);
  }
  return neighbours.map((list, member) => {
    const distance = (to: number): number => (to - member + memberCount) % memberCount;
    return list.sort((a, b) => distance(a) - distance(b));
  });
}
