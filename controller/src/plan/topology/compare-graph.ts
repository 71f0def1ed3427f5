import type { Edge, GraphReading } from '../../model/topology.ts';
import { EdgeSet } from './edge-set.ts';

/**
 * What nodes told of their connections, held against a plan. Pure.
 * @param planned undefined: everybody to everybody
 * @param told by node, the members that it has a connection with; null of a node that did not tell
 */
export function compareGraph(
  planned: readonly Edge[] | undefined,
  told: readonly (readonly number[] | null)[],
): Pick<GraphReading, 'silent' | 'kept' | 'missing' | 'extra'> {
  const nodeCount = told.length;
  const peers = told.map((one) => one && new Set(one));
  const wished = new EdgeSet(nodeCount);
  for (const [a, b] of planned ?? everyPair(nodeCount)) wished.add(a, b);
  const kept: Edge[] = [];
  const missing: Edge[] = [];
  for (const edge of wished.sorted()) {
    const [a, b] = edge;
    const views = [peers[a]?.has(b), peers[b]?.has(a)].filter((view) => view !== undefined);
    if (views.includes(false)) missing.push(edge);
    else if (views.length > 0) kept.push(edge);
  }
  const extra = new EdgeSet(nodeCount);
  for (const [a, others] of peers.entries()) {
    for (const b of others ?? []) if (!wished.has(a, b)) extra.add(a, b);
  }
  const silent = peers.flatMap((one, node) => (one === null ? [node] : []));
  return { silent, kept, missing, extra: extra.sorted() };
}

function* everyPair(nodeCount: number): Generator<Edge> {
  for (let a = 0; a < nodeCount; a += 1) for (let b = a + 1; b < nodeCount; b += 1) yield [a, b];
}
