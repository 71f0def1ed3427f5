/**
 * Which node lives where, beside how many live there; absent in a network spec: blocks, the nodes of
 * a region one after the other.
 */
export type PlacementSpec =
  /** Dealt over the regions in turn: node i in region i mod k, as long as each has room. */
  | { readonly kind: 'round-robin' }
  /** The place of each node index, `eu` or `eu/edge`; a size takes as many as it has nodes. */
  | { readonly kind: 'list'; readonly places: readonly string[] };
