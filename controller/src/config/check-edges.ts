/** Edges as somebody listed them -> those of a graph, and what is wrong with them. Pure. */
import type { Edge } from '../model/topology.ts';
import type { Complain } from './conflict.ts';
import type { GivenEdge } from './edge-table.ts';
import type { Path } from './path.ts';

/**
 * @param path where the list, or the name of its file, stands in the scenario
 * @returns each once, in order; undefined if something is wrong, which is told then
 */
export function checkEdges(
  given: readonly GivenEdge[],
  path: Path,
  nodes: readonly number[],
  complain: Complain,
): readonly Edge[] | undefined {
  const refuse = (message: string, expected: string, place?: GivenEdge['place']): undefined => {
    complain({ path, message, expected, ...(place === undefined ? {} : { place: place() }) });
  };
  if (given.length === 0) {
    return refuse('no edges are listed', 'a list of pairs such as [[0, 1], [1, 2], [2, 0]]');
  }
  const [size = 0, ...others] = nodes;
  if (others.length > 0) {
    return refuse('edges are of one size, and there are several', 'a single size in nodes');
  }
  const first = new Map<string, GivenEdge>();
  const edges: Edge[] = [];
  for (const one of given) {
    const [a, b] = one.ends;
    const edge: Edge = a < b ? [a, b] : [b, a];
    const name = edge.join('-');
    const [, high] = edge;
    if (high >= size) {
      const wish = `indexes from 0 to ${size - 1}`;
      return refuse(`there is no node ${high} among ${size}`, wish, one.place);
    }
    if (a === b) return refuse(`node ${a} is linked to itself`, 'two nodes a pair', one.place);
    if (first.has(name)) return refuse(`${name} is listed twice`, 'each pair once', one.place);
    first.set(name, one);
    edges.push(edge);
  }
  return edges.sort(([a, b], [c, d]) => a - c || b - d);
}
