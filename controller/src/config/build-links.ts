/** The links between regions: a matrix, what it leaves open, and what is inside a region. */
import { nearest } from '../lib/nearest.ts';
import type { ProfileSpec, RegionLinkSpec, RegionSpec } from '../model/network-spec.ts';
import { buildDirection, idealProfile, isRange, saysRtt } from './build-profile.ts';
import type { Complain } from './conflict.ts';
import type { RawNetwork } from './network-schema.ts';
import type { Matrix, MatrixCell } from './parse-matrix.ts';
import type { Path } from './parse-yaml.ts';
import type { RawLink, RawProfile } from './profile-schema.ts';
import { readyProfiles } from './ready-profiles.ts';

interface Cell extends MatrixCell {
  readonly path: Path;
}

export interface LinkSources {
  readonly regions: readonly RegionSpec[];
  /** Of a file; an inline matrix is in the block. */
  readonly matrix: Matrix | null;
}

/** Every ordered pair of regions, each with itself included. */
export function buildLinks(
  block: RawNetwork,
  { regions, matrix }: LinkSources,
  complain: Complain,
): RegionLinkSpec[] {
  const names = regions.map(({ name }) => name);
  const cells = cellsOf(block, matrix, names, complain);
  const between = buildBase(block.between, complain);
  const within =
    block.within === undefined
      ? readyProfiles.lan
      : buildDirection(block.within, idealProfile, ['network', 'within'], complain);
  const built = new Map(
    cells.map((cell) => [cell, buildCell(cell, block.between, between, complain)]),
  );
  const profileOf = (from: string, to: string): ProfileSpec | undefined => {
    const cell = cells.find((one) => one.from === from && one.to === to);
    return cell === undefined ? undefined : built.get(cell);
  };
  const pairs = names.flatMap((from) => names.map((to) => ({ from, to })));
  const isCovered = block.between !== undefined && saysRtt(block.between);
  const gaps = pairs.filter(
    ({ from, to }) =>
      names.indexOf(from) < names.indexOf(to) &&
      (profileOf(from, to) ?? profileOf(to, from)) === undefined &&
      [from, to].every((name) => matrix === null || matrix.regions.includes(name)),
  );
  if (!isCovered) complainOfGaps(block, gaps, complain);
  return pairs.map(({ from, to }): RegionLinkSpec => {
    const missing = from === to ? within : between;
    return { from, to, profile: profileOf(from, to) ?? profileOf(to, from) ?? missing };
  });
}

function cellsOf(
  { matrix: inline }: RawNetwork,
  matrix: Matrix | null,
  names: readonly string[],
  complain: Complain,
): Cell[] {
  if (typeof inline !== 'object') {
    return matrix === null ? [] : cellsOfFile(matrix, names, complain);
  }
  return Object.entries(inline).flatMap(([from, row]) => {
    const path = ['network', 'matrix', from];
    if (!isKnown(from, path, names, complain)) return [];
    return Object.entries(row).flatMap(([to, profile]): Cell[] => {
      const inner = [...path, to];
      return isKnown(to, inner, names, complain) ? [{ from, to, profile, path: inner }] : [];
    });
  });
}

/** A file may know more regions than the scenario uses, never fewer. */
function cellsOfFile(
  { cells, regions }: Matrix,
  names: readonly string[],
  complain: Complain,
): Cell[] {
  for (const name of names) {
    if (regions.includes(name)) continue;
    complain({
      path: ['network', 'regions', name],
      aim: 'key',
      code: 'unknown-key',
      message: `the matrix knows no region ${name}`,
      expected: `some of ${regions.join(', ')}`,
      suggestion: nearest(name, regions),
    });
  }
  return cells
    .filter(({ from, to }) => names.includes(from) && names.includes(to))
    .map((cell) => ({ ...cell, path: ['network', 'matrix'] }));
}

function isKnown(name: string, path: Path, names: readonly string[], complain: Complain): boolean {
  if (names.includes(name)) return true;
  complain({
    path,
    aim: 'key',
    code: 'unknown-key',
    message: `there is no region ${name}`,
    expected: `one of ${names.join(', ')}`,
    suggestion: nearest(name, names),
  });
  return false;
}

/** Without a round trip of its own, its jitter is for the cells to have. */
function buildBase(between: RawProfile | undefined, complain: Complain): ProfileSpec {
  if (between === undefined) return idealProfile;
  const path = ['network', 'between'];
  if (saysRtt(between) || typeof between === 'string' || isRange(between)) {
    return buildDirection(between, idealProfile, path, complain);
  }
  const { jitter: _, distribution: __, ...others } = between;
  return buildDirection(others, idealProfile, path, complain);
}

/** A cell on top of `between`, whose jitter means nothing to a cell that is a range. */
function buildCell(
  { profile, path }: Cell,
  between: RawProfile | undefined,
  base: ProfileSpec,
  complain: Complain,
): ProfileSpec {
  if (typeof profile === 'string') return buildDirection(profile, base, path, complain);
  const own: RawLink = isRange(profile) ? { rtt: profile } : profile;
  const isWide = own.rtt !== undefined && own.rtt.lowMs !== own.rtt.highMs;
  const spread = spreadOf(between);
  const merged = own.rtt === undefined || isWide ? own : { ...spread, ...own };
  return buildDirection(merged, base, path, complain);
}

function spreadOf(between: RawProfile | undefined): RawLink {
  if (between === undefined || typeof between === 'string' || isRange(between)) return {};
  const { jitter, distribution } = between;
  return {
    ...(jitter === undefined ? {} : { jitter }),
    ...(distribution === undefined ? {} : { distribution }),
  };
}

/** One problem for all of them: the first shows what is meant. */
function complainOfGaps(
  { matrix, regions }: RawNetwork,
  gaps: readonly { readonly from: string; readonly to: string }[],
  complain: Complain,
): void {
  const [first] = gaps;
  if (first === undefined) return;
  const { from, to } = first;
  const isInline = typeof matrix === 'object';
  const row = isInline && Object.hasOwn(matrix, from) ? [from] : [];
  const inside = matrix === undefined ? (regions === undefined ? [] : ['regions']) : ['matrix'];
  const others = gaps.length === 1 ? '' : `, and the same for ${gaps.length - 1} more`;
  complain({
    path: ['network', ...inside, ...row],
    aim: 'key',
    code: 'missing-key',
    message: `nothing says how ${from} reaches ${to}${others}`,
    expected: `a value for ${from} to ${to} (or back) in the matrix, or between for all`,
  });
}
