/** Names of regions and indexes of nodes in `timeline`, held against the network of every size. */
import { nearest } from '../lib/nearest.ts';
import type { NetworkSpec, Place } from '../model/network-spec.ts';
import { assignNodes } from '../plan/assign-nodes.ts';
import { everywhere, nodesAt } from '../plan/network-state.ts';
import type { Complain } from './conflict.ts';
import type { Path } from './path.ts';

export interface Places {
  /** Whether all of a list at `path` exist; tells what does not. */
  know(places: readonly Place[], path: Path): boolean;
  /** The same for one place. */
  knowOne(place: Place, path: Path): boolean;
  /** The same for one region or group: nodes have no links of their own. */
  knowRegion(place: Place, path: Path): place is string;
  /** Tells of sides that share a node. */
  checkApart(sides: readonly (readonly Place[])[], pathOf: (index: number) => Path): void;
}

export function createPlaces(
  { network, nodes }: { readonly network: NetworkSpec; readonly nodes: readonly number[] },
  complain: Complain,
): Places {
  const regions = network.regions.map(({ name }) => name);
  const groups = network.groups.map(({ region, name }) => `${region}/${name}`);
  const known = [...regions, ...groups, everywhere];
  const smallest = Math.min(...nodes);

  function knowNode(index: number, path: Path): boolean {
    if (index < smallest) return true;
    complain({
      path,
      message: `the network of ${smallest} nodes has no node ${index}`,
      expected: `an index from 0 to ${smallest - 1}, which every size has`,
    });
    return false;
  }

  function knowName(name: string, path: Path, otherwise: string): boolean {
    if (known.includes(name)) return true;
    complain({
      path,
      code: 'not-one-of',
      message: `there is no region ${name}`,
      expected: `one of ${[...new Set(known)].join(', ')}${otherwise}`,
      suggestion: nearest(name, known),
    });
    return false;
  }

  function knowOne(place: Place, path: Path): boolean {
    if (typeof place === 'number') return knowNode(place, path);
    return knowName(place, path, ', or the index of a node');
  }

  function knowRegion(place: Place, path: Path): place is string {
    if (typeof place === 'string') return knowName(place, path, '');
    complain({
      path,
      message: 'a node has no links of its own: links are between regions and groups',
      expected: `one of ${[...new Set(known)].join(', ')}`,
    });
    return false;
  }

  return {
    know: (places, path) =>
      places.map((place, index) => knowOne(place, [...path, index])).every((one) => one),
    knowOne,
    knowRegion,
    checkApart(sides, pathOf) {
      for (const nodeCount of nodes) {
        const overlap = findOverlap(network, nodeCount, sides);
        if (overlap === undefined) continue;
        complain({
          path: pathOf(overlap.side),
          message: `node ${overlap.node} of ${nodeCount} is on this side and on another`,
          expected: 'every node on one side at most',
        });
        return;
      }
    },
  };
}

function findOverlap(
  network: NetworkSpec,
  nodeCount: number,
  sides: readonly (readonly Place[])[],
): { readonly side: number; readonly node: number } | undefined {
  const assignment = assignNodes(network, nodeCount);
  if (assignment.kind === 'refused') return undefined; // told of elsewhere
  const territories = assignment.neighbourhoods.map(({ name, region, nodes }) => ({
    planned: { name, nodes },
    region,
  }));
  const seen = new Set<number>();
  for (const [side, places] of sides.entries()) {
    const own = nodesAt({ territories }, places);
    const node = own.find((one) => seen.has(one));
    if (node !== undefined) return { side, node };
    for (const one of own) seen.add(one);
  }
  return undefined;
}
