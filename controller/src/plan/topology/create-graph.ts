import { assert } from '../../lib/assert.ts';
import type { Edge, GraphFigures, TopologySpec } from '../../model/topology.ts';
import { hierarchical } from './hierarchical.ts';
import { measureGraph } from './measure-graph.ts';
import { mesh } from './mesh.ts';
import { random } from './random.ts';
import { ring } from './ring.ts';
import { star } from './star.ts';

/** @returns undefined where everybody is linked to everybody */
export function createGraph(
  spec: TopologySpec,
  nodeCount: number,
): { readonly edges: readonly Edge[]; readonly figures: GraphFigures } | undefined {
  const edges = edgesOf(spec, nodeCount);
  if (edges === null || edges.length === (nodeCount * (nodeCount - 1)) / 2) return undefined;
  const { unreached, ...figures } = measureGraph(nodeCount, edges);
  assert(unreached.length === 0, `a topology without a path to node ${unreached[0]}`);
  return { edges, figures };
}

/**
 * Each link once; null where everybody is linked to everybody. A new topology is a file beside this
 * one, a line here, and its form in config/topology-schema.ts.
 */
export function edgesOf(spec: TopologySpec, nodeCount: number): readonly Edge[] | null {
  switch (spec.kind) {
    case 'full':
      return null;
    case 'ring':
      return ring(nodeCount);
    case 'star':
      return star(nodeCount);
    case 'mesh':
      return spec.degree >= nodeCount - 1 ? null : mesh(nodeCount, spec.degree);
    case 'hierarchical':
      return hierarchical(nodeCount, spec.groupSize, spec.branching);
    case 'random':
      return spec.degree >= nodeCount - 1 ? null : random(nodeCount, spec.degree, spec.seed);
    case 'edges':
      return spec.edges;
    default:
      return spec satisfies never;
  }
}
