/** The nodes of a cell, each as one value, from the network that was laid out for it. Pure. */
import type { NodeRole } from '../model/byzantine.ts';
import type { CellNetwork } from '../model/network.ts';
import type { GroupSpec, NetworkSpec } from '../model/network-spec.ts';
import type { PlannedNode } from '../model/planned-node.ts';
import type { ResourceSpec } from '../model/resources.ts';
import type { Edge } from '../model/topology.ts';
import { everywhere } from './network-state.ts';

/**
 * @param resourcesAt limits of the nodes of a planned region: `eu`, `eu/edge`
 * @param roleOf by index; honest if not given
 */
export function listNodes(
  { regions, regionOf, addressing, edges }: CellNetwork,
  resourcesAt: (place: string) => ResourceSpec,
  roleOf: (index: number) => NodeRole = () => 'honest',
): PlannedNode[] {
  const peers = edges === undefined ? null : peersOf(edges, regionOf.length);
  const places = regions.map(({ name }) => {
    const [region = everywhere, group = null] = name.split('/');
    return { region, group, resources: resourcesAt(name) };
  });
  return regionOf.map((at, index) => {
    const { region, group, resources } = places[at] ?? unplaced(resourcesAt);
    return {
      index,
      region,
      group,
      host: 0,
      role: roleOf(index),
      peers: peers === null ? null : (peers[index] ?? []),
      dataOffset: addressing.offsets[index] ?? 0,
      resources,
    };
  });
}

/** Limits of the nodes of a place: those of their group, or what holds for all. */
export function resourcesOf(
  { groups }: Pick<NetworkSpec, 'groups'>,
  general: ResourceSpec,
): (place: string) => ResourceSpec {
  const placeOfGroup = ({ region, name }: GroupSpec): string => `${region}/${name}`;
  const own = new Map(groups.map((group) => [placeOfGroup(group), group.resources]));
  return (place) => own.get(place) ?? general;
}

function unplaced(resourcesAt: (place: string) => ResourceSpec) {
  return { region: everywhere, group: null, resources: resourcesAt(everywhere) };
}

/** Of every node, ascending. */
function peersOf(edges: readonly Edge[], nodeCount: number): number[][] {
  const peers = Array.from({ length: nodeCount }, (): number[] => []);
  for (const [a, b] of edges) {
    peers[a]?.push(b);
    peers[b]?.push(a);
  }
  return peers.map((list) => list.sort((a, b) => a - b));
}
