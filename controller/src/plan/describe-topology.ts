/** A topology in words, for plans and reports. Pure. */
import { formatNumber } from '../lib/units.ts';
import type { Cell } from '../model/plan.ts';
import type { TopologySpec } from '../model/topology.ts';

/** `mesh (degree 4)`; null where everybody is linked to everybody. */
export function describeTopology(spec: TopologySpec | undefined): string | null {
  if (spec === undefined) return null;
  switch (spec.kind) {
    case 'full':
      return null;
    case 'mesh':
      return `mesh (degree ${spec.degree})`;
    case 'random':
      return `random (degree ${spec.degree}, seed ${spec.seed})`;
    case 'hierarchical':
      return `hierarchical (groups of ${spec.groupSize}, ${spec.branching} below each)`;
    case 'edges':
      return spec.file === undefined ? 'edges as listed' : `edges of ${spec.file}`;
    default:
      return spec.kind;
  }
}

/** `32 links, 4 a node; 2 links apart on average, 3 at most` */
export function describeGraph({ connections, graph }: Cell): string {
  if (graph === undefined) return `${formatNumber(connections)} links, everybody to everybody`;
  const { degreeMin, degreeMax, hopsMean, diameter } = graph;
  const degree = degreeMin === degreeMax ? `${degreeMin}` : `${degreeMin} to ${degreeMax}`;
  return `${formatNumber(connections)} links, ${degree} a node; ${formatNumber(hopsMean, 2)} links apart on average, ${diameter} at most`;
}
