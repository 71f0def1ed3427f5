import type { NodeRole } from './byzantine.ts';
import type { ResourceSpec } from './resources.ts';

/** One node of a cell, whole: what is to be started and where it is. */
export interface PlannedNode {
  /** Position in `Cell.nodes`, and the index that the node knows itself by. */
  readonly index: number;
  /** As the scenario calls it; `all` where it names none. */
  readonly region: string;
  /** Null for the nodes that are in no group of their region. */
  readonly group: string | null;
  /** Index in `RunRecord.hosts` of the host that it runs on; there is one. */
  readonly host: number;
  readonly role: NodeRole;
  /**
   * Nodes that it keeps a connection to, ascending. Null: to everybody else; written out, the plans of
   * full meshes would grow with the square of their sizes.
   */
  readonly peers: readonly number[] | null;
  /** Its data address is the base address of the data subnet plus this. */
  readonly dataOffset: number;
  /** Limits as they were asked for. */
  readonly resources: ResourceSpec;
}

/** The planned region of a node by its name: `eu`, or `eu/edge` in a group. */
export function placeOf({ region, group }: Pick<PlannedNode, 'region' | 'group'>): string {
  return group === null ? region : `${region}/${group}`;
}
