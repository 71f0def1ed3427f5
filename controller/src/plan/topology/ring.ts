import type { Edge } from '../../model/topology.ts';
import { EdgeSet } from './edge-set.ts';

/** Every node is linked to the one before and the one after it. */
export function ring(nodeCount: number): Edge[] {
  const edges = new EdgeSet(nodeCount);
  for (let node = 0; node < nodeCount; node += 1) edges.add(node, (node + 1) % nodeCount);
  return edges.sorted();
}
