/** The links between regions: a matrix, what it leaves open, and what is inside a region. */
import type { RegionLinkSpec, RegionSpec } from '../model/network-spec.ts';
import { buildBase, buildCells } from './build-cells.ts';
import { buildDirection, idealProfile, saysRtt } from './build-profile.ts';
import { type Complain, reading, regionPaths } from './conflict.ts';
import { listCells } from './list-cells.ts';
import type { RawNetwork } from './network-schema.ts';
import type { Matrix } from './parse-matrix.ts';
import { readyProfiles } from './ready-profiles.ts';

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
  const cells = listCells(block, matrix, names, complain);
  const between = buildBase(block.between, ['network', 'between'], () => undefined);
  const within =
    block.within === undefined
      ? readyProfiles.lan
      : buildDirection(
          block.within,
          idealProfile,
          ['network', 'within'],
          reading(complain, ['network', 'within']),
        );
  const profileOf = buildCells(cells, block, complain);
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
    reads: [...regionPaths({ regions }), ['network', 'matrix'], ['network', 'between']],
    aim: 'key',
    code: 'missing-key',
    message: `nothing says how ${from} reaches ${to}${others}`,
    expected: `a value for ${from} to ${to} (or back) in the matrix, or between for all`,
  });
}
