/** `network` of a scenario file -> NetworkSpec, and what contradicts itself in it. Pure. */
import { nearest } from '../lib/nearest.ts';
import type { GroupSpec, NetworkSpec, RegionLinkSpec, RegionSpec } from '../model/network-spec.ts';
import type { ResourceSpec } from '../model/resources.ts';
import { findRefusals } from '../plan/assign-nodes.ts';
import { describeProfile } from '../plan/describe-profile.ts';
import { everywhere } from '../plan/network-state.ts';
import { buildLinks } from './build-links.ts';
import { buildMatrixSpec } from './build-matrix-spec.ts';
import { buildProfile, idealProfile } from './build-profile.ts';
import { buildResources } from './build-resources.ts';
import { type Complain, reading, regionPaths } from './conflict.ts';
import { partsMax, type RawNetwork, regionsMax } from './network-schema.ts';
import type { Matrix } from './parse-matrix.ts';
import type { Path } from './path.ts';
import { buildPlacement, checkCounts, type RawPlacement } from './placement-schema.ts';
import type { RawProfile } from './profile-schema.ts';
import { readyProfiles } from './ready-profiles.ts';

export interface NetworkSource {
  readonly raw: RawProfile | RawNetwork;
  readonly placement: RawPlacement;
  /** Of a file or the ready one; null if the scenario names none. */
  readonly matrix: Matrix | null;
  readonly nodes: readonly number[];
  /** For groups that say nothing of their own. */
  readonly resources: ResourceSpec;
}

export function buildNetwork(source: NetworkSource, complain: Complain): NetworkSpec {
  const { raw } = source;
  const block = asBlock(raw);
  const isRegional = ['regions', 'matrix', 'between', 'within'].some((key) => key in block);
  const spec = isRegional ? buildRegional(block, source, complain) : buildPlain(block, complain);
  const groups = buildGroups(block, spec.regions, source.resources, complain);
  const matrix = buildMatrixSpec(block, source.matrix, spec.regions, complain);
  const placement = buildPlacement(source.placement, { ...spec, groups }, block, complain);
  const network = {
    ...spec,
    groups,
    ...(matrix === null ? {} : { matrix }),
    ...(placement === undefined ? {} : { placement }),
  };
  if (!checkAmount(network, block, complain)) return network;
  checkSizes(network, source.nodes, block, complain);
  checkCounts(network, source.nodes, block, complain);
  return network;
}

/** Of a value that parsed: a block of network keys, or a profile in place of one. */
function asBlock(raw: RawProfile | RawNetwork): RawNetwork {
  if (typeof raw === 'string' || 'lowMs' in raw) return { profile: raw };
  return raw as RawNetwork; // the schema knows no other block at this place
}

function buildPlain({ profile }: RawNetwork, complain: Complain): Omit<NetworkSpec, 'groups'> {
  const path = ['network', 'profile'];
  const built =
    profile === undefined
      ? readyProfiles.ideal
      : buildProfile(profile, idealProfile, path, reading(complain, path));
  const { upBitsPerSec, downBitsPerSec } = built;
  // The rate of a network's profile is that of the access links.
  const link = { ...built, upBitsPerSec: null, downBitsPerSec: null };
  return {
    title: built.name ?? describeProfile(built),
    regions: [{ name: everywhere, share: { kind: 'rest' } }],
    upBitsPerSec,
    downBitsPerSec,
    links: [{ from: everywhere, to: everywhere, profile: link }],
  };
}

function buildRegional(
  block: RawNetwork,
  { matrix }: NetworkSource,
  complain: Complain,
): Omit<NetworkSpec, 'groups'> {
  if (block.profile !== undefined) {
    complain({
      path: ['network', 'profile'],
      reads: [],
      aim: 'key',
      message: 'profile is of a network without regions; here are regions',
      expected: 'between for links between regions, within for those inside one',
    });
  }
  const regions = buildRegions(block, matrix, complain);
  const links: RegionLinkSpec[] = buildLinks(block, { regions, matrix }, complain);
  const count = regions.length;
  return {
    title: count === 1 ? '1 region' : `${count} regions`,
    regions,
    upBitsPerSec: null,
    downBitsPerSec: null,
    links,
  };
}

function buildRegions(
  { regions, matrix: inline }: RawNetwork,
  matrix: Matrix | null,
  complain: Complain,
): RegionSpec[] {
  const alike = (names: readonly string[]): RegionSpec[] =>
    names.map((name) => ({ name, share: { kind: 'share', ratio: 1 / names.length } }));
  if (regions === undefined) {
    const names = matrix?.regions ?? (typeof inline === 'object' ? namesOf(inline) : []);
    if (names.length === 0) {
      complain({
        path: ['network'],
        message: 'no regions are named',
        expected: 'regions: a block such as {eu: 40%, us: 3, asia: rest}, or a list of names',
      });
    }
    return alike(names);
  }
  const path = ['network', 'regions'];
  const hear = reading(complain, path);
  if (!Array.isArray(regions)) {
    const specs = Object.entries(regions).map(([name, share]) => ({ name, share }));
    return checkRegions(specs, path, hear);
  }
  for (const [index, name] of regions.entries()) {
    if (regions.indexOf(name) === index) continue;
    const message = `the region ${name} is listed twice`;
    hear({ path: [...path, index], message, expected: 'each region once' });
  }
  return checkRegions(alike([...new Set(regions)]), path, hear);
}

function checkRegions(
  specs: readonly RegionSpec[],
  path: readonly string[],
  complain: Complain,
): RegionSpec[] {
  if (specs.length === 0) {
    complain({ path, message: 'no regions are named', expected: 'at least one region' });
  }
  const rests = specs.filter(({ share }) => share.kind === 'rest');
  for (const { name } of rests.slice(1)) {
    const message = `${rests[0]?.name} takes the rest already`;
    complain({ path: [...path, name], message, expected: 'rest once' });
  }
  const reserved = specs.find(({ name }) => name === everywhere);
  if (reserved !== undefined) {
    complain({
      path: [...path, everywhere],
      aim: 'key',
      message: `${everywhere} stands for all regions`,
      expected: 'another name',
    });
  }
  return specs.filter((one) => !rests.slice(1).includes(one));
}

/** Of an inline matrix, rows first, then whatever only columns name. */
function namesOf(matrix: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string[] {
  const columns = Object.values(matrix).flatMap((row) => Object.keys(row));
  return [...new Set([...Object.keys(matrix), ...columns])];
}

/** Every pair of parts is a link of its own, in the plan and in the kernel. */
function checkAmount(
  { regions, groups }: Pick<NetworkSpec, 'regions' | 'groups'>,
  block: RawNetwork,
  complain: Complain,
): boolean {
  if (regions.length > regionsMax) {
    complain({
      reads: regionPaths(block),
      path: ['network', block.regions === undefined ? 'matrix' : 'regions'],
      aim: 'key',
      code: 'out-of-range',
      message: `these are ${regions.length} regions`,
      expected: `at most ${regionsMax} regions; \`regions\` can name some of a matrix`,
    });
    return false;
  }
  const parts = regions.length + groups.length;
  if (parts <= partsMax) return true;
  complain({
    reads: [...regionPaths(block), ['network', 'groups']],
    path: ['network', 'groups'],
    aim: 'key',
    code: 'out-of-range',
    message: `the network would have ${parts} regions and groups`,
    expected: `at most ${partsMax}; a group of every region counts once for each`,
  });
  return false;
}

/** Of the groups of one region, one can take the rest. */
function checkRests(groups: readonly GroupSpec[], complain: Complain): void {
  const takers = new Map<string, string>();
  const told = new Set<string>();
  for (const { name, region, share } of groups) {
    if (share.kind !== 'rest') continue;
    const taker = takers.get(region);
    if (taker === undefined) takers.set(region, name);
    else if (!told.has(name)) {
      told.add(name);
      complain({
        path: ['network', 'groups', name, 'nodes'],
        reads: [
          ['network', 'groups'],
          ['network', 'regions'],
        ],
        message: `${taker} takes the rest of ${region} already`,
        expected: 'rest once in each region',
      });
    }
  }
}

function buildGroups(
  block: RawNetwork,
  regions: readonly RegionSpec[],
  defaults: ResourceSpec,
  complain: Complain,
): GroupSpec[] {
  const { groups = {} } = block;
  const built = Object.entries(groups).flatMap(([name, raw]): GroupSpec[] => {
    const path = ['network', 'groups', name];
    const known = regions.map((region) => region.name);
    const { region = everywhere } = raw;
    if (region !== everywhere && !known.includes(region)) {
      // That there is none at all has been told.
      if (known.length === 0) return [];
      complain({
        path: [...path, 'region'],
        reads: [...regionPaths(block), [...path, 'region']],
        code: 'not-one-of',
        message: `there is no region ${region}`,
        expected: `one of ${known.join(', ')}`,
        suggestion: nearest(region, known),
      });
      return [];
    }
    const access =
      raw.profile === undefined
        ? readyProfiles.ideal
        : buildProfile(raw.profile, idealProfile, [...path, 'profile'], reading(complain, path));
    const resources =
      raw.resources === undefined ? defaults : buildResources(raw.resources, defaults);
    const homes = region === everywhere ? known : [region];
    return homes.map((home) => ({ name, region: home, share: raw.nodes, access, resources }));
  });
  checkRests(built, complain);
  return built;
}

/** Each flaw at the first size that shows it: what is wrong of two regions is told of both. */
function checkSizes(
  network: NetworkSpec,
  nodes: readonly number[],
  block: RawNetwork,
  complain: Complain,
): void {
  if (network.regions.length === 0) return;
  const told = new Set<string>();
  for (const nodeCount of new Set(nodes)) {
    for (const refusal of findRefusals(network, nodeCount)) {
      const { why, fault, culprit } = refusal;
      if (fault === 'list') {
        if (!told.has(fault)) complain({ ...listRefusal(why), reads: readsOfList(block) });
        told.add(fault);
        continue;
      }
      const isGroup = culprit?.kind === 'group';
      const at = isGroup ? 'groups' : block.regions === undefined ? 'matrix' : 'regions';
      const isNamed = culprit !== null && (isGroup || !Array.isArray(block.regions));
      const path = ['network', at, ...(isNamed && at !== 'matrix' ? [culprit.name] : [])];
      // A flaw of all regions together is behind what one of them shows at another size.
      if (told.has(at) || told.has(path.join('.'))) continue;
      told.add(isNamed && at !== 'matrix' ? path.join('.') : at);
      complain({
        path,
        reads: [...regionPaths(block), ...(isGroup ? [['network', 'groups']] : []), ['nodes']],
        aim: isNamed ? 'value' : 'key',
        message: why,
        expected: expectedOf(fault, isGroup),
      });
    }
  }
}

function listRefusal(why: string) {
  const expected =
    'a list as long as the largest size, whose first nodes fill every region and group at every size';
  return { path: ['placement'], aim: 'key' as const, message: why, expected };
}

function readsOfList(block: RawNetwork): Path[] {
  return [['placement'], ...regionPaths(block), ['network', 'groups'], ['nodes']];
}

function expectedOf(fault: 'shares' | 'size', isGroup: boolean): string {
  if (fault === 'shares') {
    return isGroup
      ? 'groups that share out 100 % of their region at most'
      : 'shares that add up to 100 %, or to less beside a region that takes the rest';
  }
  return isGroup
    ? 'groups that have at least one node each, and no more than their region has'
    : 'every node in exactly one region and a node in every region, for every size in nodes';
}
