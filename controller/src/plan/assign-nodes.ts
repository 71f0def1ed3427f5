/**
 * Which node lives where. Counts come first (divide-shares.ts), then nodes are dealt: regions in the
 * order of the scenario, the nodes of a region that are in no group before its groups; in blocks, in
 * turn, or as a list says.
 */
import type { GroupSpec, NetworkSpec, NodeShare } from '../model/network-spec.ts';
import type { PlacementSpec } from '../model/placement.ts';
import { contradiction, divide } from './divide-shares.ts';
import { dealingOf, dealNodes, listedIn, positionsOf, regionOfPlace } from './place-nodes.ts';

/** A region without its groups, or one group of it: what becomes a region of the plan. */
export interface Neighbourhood {
  /** `eu`, or `eu/edge` for a group. */
  readonly name: string;
  readonly region: string;
  /** Null for the nodes that are in no group. */
  readonly group: GroupSpec | null;
  /** Node indexes, ascending. */
  readonly nodes: readonly number[];
}

export type Assignment =
  | { readonly kind: 'assigned'; readonly neighbourhoods: readonly Neighbourhood[] }
  | Refusal;

export interface Refusal {
  readonly kind: 'refused';
  /**
   * A clause, with the size if it is wrong for that size: `with 4 nodes, the region asia gets
   * none`, `the shares of the regions add up to 90 %`.
   */
  readonly why: string;
  /** `shares` if percentages contradict each other, whatever the size; `list`: of the placement. */
  readonly fault: 'shares' | 'size' | 'list';
  /** The region or group at fault; null if it is all of them together. */
  readonly culprit: { readonly kind: 'region' | 'group'; readonly name: string } | null;
}

type Parts = Pick<NetworkSpec, 'regions' | 'groups' | 'placement'>;

/** Lays `nodeCount` nodes out, each exactly once; refused with the first reason. Pure arithmetic. */
export function assignNodes(spec: Parts, nodeCount: number): Assignment {
  const { neighbourhoods, refusals } = layOut(spec, nodeCount);
  return refusals[0] ?? { kind: 'assigned', neighbourhoods };
}

/** Every reason against that number of nodes; none if they can be laid out. */
export function findRefusals(spec: Parts, nodeCount: number): readonly Refusal[] {
  return layOut(spec, nodeCount).refusals;
}

interface Layout {
  readonly neighbourhoods: Neighbourhood[];
  readonly refusals: Refusal[];
}

function layOut(spec: Parts, nodeCount: number): Layout {
  const size = `with ${nodeCount} ${nodeCount === 1 ? 'node' : 'nodes'}`;
  const { placement } = spec;
  const regional = placeInRegions(spec, nodeCount);
  if (!Array.isArray(regional)) {
    const { why, fault } = regional;
    const clause = fault === 'shares' ? why : `${size}, ${why}`;
    const refusal: Refusal = { kind: 'refused', why: clause, fault, culprit: null };
    return { neighbourhoods: [], refusals: [refusal, ...contradictoryGroups(spec)] };
  }
  const layout: Layout = { neighbourhoods: [], refusals: [] };
  for (const [index, { name }] of spec.regions.entries()) {
    const nodes = regional[index] ?? [];
    if (nodes.length === 0) {
      const why = `${size}, the region ${name} gets none`;
      const fault = placement?.kind === 'list' ? 'list' : 'size';
      layout.refusals.push({ kind: 'refused', why, fault, culprit: { kind: 'region', name } });
      continue;
    }
    const groups = spec.groups.filter(({ region }) => region === name);
    const parts = splitRegion({ name, nodes }, groups, placement);
    if (Array.isArray(parts)) layout.neighbourhoods.push(...parts);
    else layout.refusals.push(refusalOf(parts, size));
  }
  return layout;
}

/** @returns the nodes of each region, or what is wrong of all regions together */
function placeInRegions(
  { regions, placement }: Parts,
  nodeCount: number,
): number[][] | Pick<Refusal, 'why' | 'fault'> {
  if (placement?.kind === 'list') {
    const { places } = placement;
    if (places.length < nodeCount) {
      return { why: `the placement lists only ${places.length}`, fault: 'list' };
    }
    const listed = places.slice(0, nodeCount).map(regionOfPlace);
    return regions.map(({ name }) => positionsOf(name, listed));
  }
  const shares = regions.map(({ share }) => share);
  const sum = contradiction(shares);
  if (sum !== undefined) return { why: `the shares of the regions ${sum}`, fault: 'shares' };
  const counts = divide(shares, nodeCount);
  if (typeof counts === 'string') return { why: `the regions ${counts}`, fault: 'size' };
  const nodes = Array.from({ length: nodeCount }, (_, index) => index);
  return dealNodes(nodes, counts, dealingOf(placement));
}

function refusalOf({ why, fault, group }: SplitRefusal, size: string): Refusal {
  const clause = fault === 'shares' ? why : `${size}, ${why}`;
  return { kind: 'refused', why: clause, fault, culprit: { kind: 'group', name: group } };
}

/** Groups that are wrong whatever their regions get. */
function contradictoryGroups({ regions, groups }: Parts): Refusal[] {
  return regions.flatMap(({ name }): Refusal[] => {
    const own = groups.filter(({ region }) => region === name);
    const parts = splitRegion({ name, nodes: [0] }, own, undefined);
    return Array.isArray(parts) || parts.fault !== 'shares' ? [] : [refusalOf(parts, '')];
  });
}

interface SplitRefusal extends Pick<Refusal, 'why' | 'fault'> {
  readonly group: string;
}

interface Region {
  readonly name: string;
  readonly nodes: readonly number[];
}

function splitRegion(
  region: Region,
  groups: readonly GroupSpec[],
  placement: PlacementSpec | undefined,
): Neighbourhood[] | SplitRefusal {
  const { name, nodes } = region;
  if (groups.length === 0) return [{ name, region: name, group: null, nodes }];
  const counts = countParts(region, groups);
  if (!Array.isArray(counts)) return counts;
  const names = [name, ...groups.map((group) => `${name}/${group.name}`)];
  const listed = placement?.kind === 'list' ? listedIn(names, nodes, placement.places) : null;
  const parts = listed ?? dealNodes(nodes, counts, dealingOf(placement));
  for (const [index, group] of groups.entries()) {
    const [got, share] = [parts[index + 1]?.length, counts[index + 1]];
    if (listed === null || got === share) continue;
    const why = `the list puts ${got} into ${name}/${group.name}, whose share is ${share}`;
    return { why, fault: 'list', group: group.name };
  }
  return parts
    .map((part, index) => ({
      name: names[index] ?? name,
      region: name,
      group: groups[index - 1] ?? null,
      nodes: part,
    }))
    .filter((part) => part.nodes.length > 0);
}

/** @returns how many nodes are in no group, and in each group; or why there is no saying */
function countParts(
  { name, nodes }: Region,
  groups: readonly GroupSpec[],
): number[] | SplitRefusal {
  const taken = groups.some(({ share }) => share.kind === 'rest');
  const rest: readonly NodeShare[] = taken ? [] : [{ kind: 'rest' }];
  const shares = [...groups.map(({ share }) => share), ...rest];
  const group = groups[0]?.name ?? name;
  const which = `${name} (${groups.map((one) => one.name).join(', ')})`;
  const sum = contradiction(shares);
  if (sum !== undefined) {
    return { why: `the shares of the groups of ${which} ${sum}`, fault: 'shares', group };
  }
  const counts = divide(shares, nodes.length);
  if (typeof counts === 'string') {
    return { why: `the groups of ${which} ${counts}`, fault: 'size', group };
  }
  const empty = groups.find((_, index) => counts[index] === 0);
  if (empty !== undefined) {
    const why = `the group ${name}/${empty.name} gets none`;
    return { why, fault: 'size', group: empty.name };
  }
  return [taken ? 0 : (counts.at(-1) ?? 0), ...counts.slice(0, groups.length)];
}
