/**
 * Which node lives where: regions in the order of the scenario, their nodes one after the other,
 * groups behind the rest of their region. Counts come first, shares are rounded by largest
 * remainder (ties to the earlier), `rest` takes what is left.
 */
import type { GroupSpec, NetworkSpec, NodeShare } from '../model/network-spec.ts';

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
  /** `shares` if percentages contradict each other, whatever the size. */
  readonly fault: 'shares' | 'size';
  /** The region or group at fault; null if it is all of them together. */
  readonly culprit: { readonly kind: 'region' | 'group'; readonly name: string } | null;
}

type Parts = Pick<NetworkSpec, 'regions' | 'groups'>;

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
  const shares = spec.regions.map(({ share }) => share);
  const ofAll = (why: string, fault: Refusal['fault']): Layout => ({
    neighbourhoods: [],
    refusals: [{ kind: 'refused', why, fault, culprit: null }, ...contradictoryGroups(spec)],
  });
  const sum = contradiction(shares);
  if (sum !== undefined) return ofAll(`the shares of the regions ${sum}`, 'shares');
  const counts = divide(shares, nodeCount);
  if (typeof counts === 'string') return ofAll(`${size}, the regions ${counts}`, 'size');
  const layout: Layout = { neighbourhoods: [], refusals: [] };
  let next = 0;
  for (const [index, { name }] of spec.regions.entries()) {
    const count = counts[index] ?? 0;
    const nodes = Array.from({ length: count }, (_, offset) => next + offset);
    next += count;
    if (count === 0) {
      const why = `${size}, the region ${name} gets none`;
      const culprit = { kind: 'region', name } as const;
      layout.refusals.push({ kind: 'refused', why, fault: 'size', culprit });
      continue;
    }
    const groups = spec.groups.filter(({ region }) => region === name);
    const parts = splitRegion(name, nodes, groups);
    if (Array.isArray(parts)) layout.neighbourhoods.push(...parts);
    else layout.refusals.push(refusalOf(parts, size));
  }
  return layout;
}

function refusalOf({ why, fault, group }: SplitRefusal, size: string): Refusal {
  const clause = fault === 'size' ? `${size}, ${why}` : why;
  return { kind: 'refused', why: clause, fault, culprit: { kind: 'group', name: group } };
}

/** Groups that are wrong whatever their regions get. */
function contradictoryGroups({ regions, groups }: Parts): Refusal[] {
  return regions.flatMap(({ name }): Refusal[] => {
    const own = groups.filter(({ region }) => region === name);
    const parts = splitRegion(name, [0], own);
    return Array.isArray(parts) || parts.fault === 'size' ? [] : [refusalOf(parts, '')];
  });
}

interface SplitRefusal {
  readonly why: string;
  readonly fault: 'shares' | 'size';
  readonly group: string;
}

function splitRegion(
  region: string,
  nodes: readonly number[],
  groups: readonly GroupSpec[],
): Neighbourhood[] | SplitRefusal {
  const [first] = groups;
  if (first === undefined) return [{ name: region, region, group: null, nodes }];
  const taken = groups.some(({ share }) => share.kind === 'rest');
  const rest: readonly NodeShare[] = taken ? [] : [{ kind: 'rest' }];
  const shares = [...groups.map(({ share }) => share), ...rest];
  const which = `${region} (${groups.map(({ name }) => name).join(', ')})`;
  const sum = contradiction(shares);
  if (sum !== undefined) {
    const why = `the shares of the groups of ${which} ${sum}`;
    return { why, fault: 'shares', group: first.name };
  }
  const counts = divide(shares, nodes.length);
  if (typeof counts === 'string') {
    return { why: `the groups of ${which} ${counts}`, fault: 'size', group: first.name };
  }
  const own = taken ? 0 : (counts.at(-1) ?? 0);
  const parts: Neighbourhood[] = [];
  if (own > 0) parts.push({ name: region, region, group: null, nodes: nodes.slice(0, own) });
  let next = own;
  for (const [index, group] of groups.entries()) {
    const count = counts[index] ?? 0;
    const name = `${region}/${group.name}`;
    if (count === 0) {
      return { why: `the group ${name} gets none`, fault: 'size', group: group.name };
    }
    parts.push({ name, region, group, nodes: nodes.slice(next, next + count) });
    next += count;
  }
  return parts;
}

/** How far the sum of percentages may be from 100 %, for 33 % three times. */
const sumTolerance = 0.01;

/** @returns why percentages cannot be right at any size, as a clause, if so: `add up to 90 %` */
function contradiction(shares: readonly NodeShare[]): string | undefined {
  const sum = ratioOf(shares);
  const text = `add up to ${Number((100 * sum).toFixed(2))} %`;
  if (sum > 1 + sumTolerance + tolerance) return text;
  const isShort = shares.every(({ kind }) => kind === 'share') && shares.length > 0;
  return isShort && sum < 1 - sumTolerance - tolerance ? text : undefined;
}

function ratioOf(shares: readonly NodeShare[]): number {
  return shares.reduce((sum, one) => sum + (one.kind === 'share' ? one.ratio : 0), 0);
}

/**
 * @returns how many of `total` each share comes to, with their sum equal to it; or a clause that
 * says why they cannot: `ask for 5`
 */
function divide(shares: readonly NodeShare[], total: number): number[] | string {
  const fixed = shares.reduce((sum, one) => sum + (one.kind === 'count' ? one.count : 0), 0);
  // Percentages alone that nearly add up to 100 % are meant to: 33.3 % three times is a third each.
  const whole = shares.every(({ kind }) => kind === 'share') ? ratioOf(shares) : 1;
  const quotas = shares.map((one) => (one.kind === 'share' ? (one.ratio / whole) * total : 0));
  const quota = quotas.reduce((sum, one) => sum + one, 0);
  const hasRest = shares.some(({ kind }) => kind === 'rest');
  if (fixed + Math.floor(quota + tolerance) > total) {
    return `ask for ${Number((fixed + quota).toFixed(1))}`;
  }
  // With a rest, shares round among themselves; without one they must fill what counts leave.
  const shared = hasRest ? Math.min(Math.floor(quota + 0.5), total - fixed) : total - fixed;
  if (!hasRest && Math.abs(shared - quota) > (quota === 0 ? 0 : 1 - tolerance)) {
    return `take ${Number((fixed + quota).toFixed(1))}, and no region takes the rest`;
  }
  const rounded = roundTo(quotas, shared);
  const rest = total - fixed - shared;
  return shares.map((one, index) => {
    if (one.kind === 'count') return one.count;
    return one.kind === 'share' ? (rounded[index] ?? 0) : rest;
  });
}

/** Shares such as 1/3 do not add up to 1 exactly. */
const tolerance = 1e-6;

/** Largest remainder: whole numbers with the given sum, each within 1 of its quota. */
function roundTo(quotas: readonly number[], sum: number): number[] {
  const whole = quotas.map((quota) => Math.floor(quota + tolerance));
  const missing = sum - whole.reduce((total, one) => total + one, 0);
  const byRemainder = quotas
    .map((quota, index) => ({ index, remainder: quota - (whole[index] ?? 0) }))
    .filter(({ index }) => (quotas[index] ?? 0) > 0)
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  const raised = new Set(byRemainder.slice(0, Math.max(0, missing)).map(({ index }) => index));
  return whole.map((count, index) => count + (raised.has(index) ? 1 : 0));
}
