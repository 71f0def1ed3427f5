/** Who keeps a link to whom. What is meant for others travels over relays (the node's overlay). */

export type TopologySpec =
  | { readonly kind: 'full' | 'ring' | 'star' }
  /** Every node with `degree` links, spread evenly over near and far. */
  | { readonly kind: 'mesh'; readonly degree: number }
  /** Groups in which everybody is linked; their first nodes form a tree. */
  | { readonly kind: 'hierarchical'; readonly groupSize: number; readonly branching: number }
  /** Links drawn by chance, `degree` for each node; always connected. */
  | { readonly kind: 'random'; readonly degree: number; readonly seed: number }
  | {
      readonly kind: 'edges';
      readonly edges: readonly Edge[];
      /** Where they were listed, as the scenario calls it; absent: in the scenario itself. */
      readonly file?: string;
    };

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

/** The graph that nodes had at one time, as they told it themselves, against the plan's. */
export interface GraphReading {
  /** ready: before consensus started · end: after the load, when everything planned was over. */
  readonly occasion: 'ready' | 'end';
  readonly at: Date;
  /** Nodes that did not tell: they were away, did not answer, or do not know how (an optional field). */
  readonly silent: readonly number[];
  /** Edges of the plan that every end which told has. One of two silent ends is in no list. */
  readonly kept: readonly Edge[];
  /** Edges of the plan that an end which told has not. */
  readonly missing: readonly Edge[];
  /** Edges that an end told of and the plan has not. */
  readonly extra: readonly Edge[];
}

/** `0-3`, `0-3 and 1-2`, `0-3, 1-2 and 5 more`: edges in a sentence. */
export function nameEdges(edges: readonly Edge[]): string {
  const names = edges.map(([a, b]) => `${a}-${b}`);
  const listed = names.length <= namedMax + 1 ? names : names.slice(0, namedMax);
  if (listed.length < names.length) listed.push(`${names.length - listed.length} more`);
  const last = listed.at(-1) ?? '';
  return listed.length < 2 ? last : `${listed.slice(0, -1).join(', ')} and ${last}`;
}

/** More edges than this are counted and not listed. */
const namedMax = 8;
