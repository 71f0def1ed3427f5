/** Who keeps a link to whom. What is meant for others travels over relays (the node's overlay). */

export type TopologySpec =
  | { readonly kind: 'full' | 'ring' | 'star' }
  /** Every node with `degree` links, spread evenly over near and far. */
  | { readonly kind: 'mesh'; readonly degree: number }
  /** Groups in which everybody is linked; their first nodes form a tree. */
  | { readonly kind: 'hierarchical'; readonly groupSize: number; readonly branching: number }
  /** Links drawn by chance, `degree` for each node; always connected. */
  | { readonly kind: 'random'; readonly degree: number; readonly seed: number }
  | { readonly kind: 'edges'; readonly edges: readonly Edge[] };

/** Two node indexes, the smaller one first. */
export type Edge = readonly [number, number];

/** The shape of one cell's graph. */
export interface GraphFigures {
  readonly degreeMin: number;
  readonly degreeMax: number;
  /** Links between the two nodes that are furthest apart. */
  readonly diameter: number;
  /** Links between two nodes, mean over all pairs. */
  readonly hopsMean: number;
}
