import type { Edge } from '../../model/topology.ts';
import { EdgeSet } from './edge-set.ts';

/**
 * A tree of groups: `groupSize` nodes after each other are a group in which everybody is linked to
 * everybody, and the first node of a group is linked to the first of the group above it, which has
 * at most `branching` groups below.
 */
export function hierarchical(nodeCount: number, groupSize: number, branching: number): Edge[] {
  const edges = new EdgeSet(nodeCount);
  for (let head = 0, group = 0; head < nodeCount; head += groupSize, group += 1) {
    const end = Math.min(head + groupSize, nodeCount);
    for (let a = head; a < end; a += 1) for (let b = a + 1; b < end; b += 1) edges.add(a, b);
    if (group > 0) edges.add(head, Math.floor((group - 1) / branching) * groupSize);
  }
  return edges.sorted();
}
