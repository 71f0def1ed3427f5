import { assert } from '../../lib/assert.ts';
import type { CellNetwork, NetworkState } from '../../model/network.ts';
import { coverAddresses, type Prefix } from './cover-addresses.ts';
import { statesOf } from './tree.ts';

/** Destinations that one node may not reach, and the filter's own priority. */
export interface CutPrefix extends Prefix {
  /**
   * Each prefix that is ever cut for this node has a priority of its own, the same in every state:
   * deleting a priority deletes exactly this filter. (A u32 handle would not do: the kernel numbers
   * hash tables anew when the last filter of a priority goes.)
   */
  readonly priority: number;
}

/**
 * What is cut for one node in `state`, as the fewest prefixes; addresses of nobody count as free to
 * be cut as well, the gateway does not. The node's own address is treated as those of its
 * neighbours (what it sends to itself passes its loopback), so that nodes of one kind share a list.
 * @param state one of those of `network`, which fixes the priorities
 */
export function listCuts(
  network: CellNetwork,
  state: NetworkState,
  nodeIndex: number,
): readonly CutPrefix[] {
  const ever = new Map<string, Prefix>();
  for (const each of statesOf(network)) {
    for (const prefix of coverCuts(network, each, nodeIndex)) ever.set(keyOf(prefix), prefix);
  }
  const ordered = [...ever.values()].sort((a, b) => a.offset - b.offset || a.length - b.length);
  const priorities = new Map(ordered.map((prefix, index) => [keyOf(prefix), index + 1]));
  return coverCuts(network, state, nodeIndex).map((prefix) => {
    const priority = priorities.get(keyOf(prefix));
    assert(priority !== undefined, 'the cuts belong to a state of this network');
    return { ...prefix, priority };
  });
}

export function keyOf(prefix: Prefix): string {
  return `${prefix.offset}/${prefix.length}`;
}

/**
 * Nodes of one kind live in one region and are cut from the same nodes in every state: they have
 * the same programs, so that one compilation serves all of them.
 * @returns names of kinds, by node
 */
export function kindsOfNodes(network: CellNetwork): readonly string[] {
  const sources = statesOf(network).flatMap(({ cuts }) => cuts.map(({ from }) => new Set(from)));
  return network.regionOf.map((region, node) => {
    const cutIn = sources.flatMap((from, index) => (from.has(node) ? [index] : []));
    return `${region} ${cutIn.join(' ')}`;
  });
}

function coverCuts(network: CellNetwork, state: NetworkState, nodeIndex: number): Prefix[] {
  const cut = new Set(
    state.cuts.filter((each) => each.from.includes(nodeIndex)).flatMap((each) => each.to),
  );
  if (cut.size === 0) return [];
  const { offsets, prefix } = network.addressing;
  return coverAddresses(
    offsets.filter((_, index) => cut.has(index)),
    offsets.filter((_, index) => !cut.has(index)),
    {
      length: prefix,
      blocks: network.regions.map(({ block }) => ({ offset: block.offset, length: block.prefix })),
    },
  );
}
