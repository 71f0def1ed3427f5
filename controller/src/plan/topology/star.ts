import type { Edge } from '../../model/topology.ts';

/** Every node is linked to node 0 and to nobody else. */
export function star(nodeCount: number): Edge[] {
  return Array.from({ length: Math.max(0, nodeCount - 1) }, (_, index): Edge => [0, index + 1]);
}
