import { createPrng, type Prng, shuffle } from '../../lib/prng.ts';
import type { Edge } from '../../model/topology.ts';
import { EdgeSet } from './edge-set.ts';

/**
 * The union of random rings through all nodes (Law and Siu 2003): connected whatever the chance,
 * every node with about `degree` links, and a diameter that grows with the logarithm of n. An odd
 * degree adds a random pairing. A link that is there already is drawn again elsewhere, a few times.
 */
export function random(nodeCount: number, degree: number, seed: number): Edge[] {
  const prng = createPrng(seed);
  const edges = new EdgeSet(nodeCount);
  for (let ring = 0; ring < Math.floor(degree / 2); ring += 1) addRing(edges, nodeCount, prng);
  if (degree % 2 === 1) addPairs(edges, nodeCount, prng);
  return edges.sorted();
}

const TRIES = 100;

function addRing(edges: EdgeSet, nodeCount: number, prng: Prng): void {
  const nodes = shuffle(
    Array.from({ length: nodeCount }, (_, node) => node),
    prng,
  );
  for (const [at] of nodes.entries()) {
    const next = (at + 1) % nodeCount;
    // A neighbour on the ring that is one already changes places with another that is not.
    for (let tries = 0; tries < TRIES && edges.has(nodes[at] ?? 0, nodes[next] ?? 0); tries += 1) {
      if (next <= at || next + 1 >= nodeCount) break;
      const other = next + 1 + prng.below(nodeCount - next - 1);
      [nodes[next], nodes[other]] = [nodes[other] ?? 0, nodes[next] ?? 0];
    }
    edges.add(nodes[at] ?? 0, nodes[next] ?? 0);
  }
}

function addPairs(edges: EdgeSet, nodeCount: number, prng: Prng): void {
  const nodes = shuffle(
    Array.from({ length: nodeCount }, (_, node) => node),
    prng,
  );
  while (nodes.length > 1) {
    const node = nodes.pop() ?? 0;
    const partner = nodes.findLastIndex((other) => !edges.has(node, other));
    if (partner === -1) continue;
    edges.add(node, nodes[partner] ?? 0);
    nodes.splice(partner, 1);
  }
}
