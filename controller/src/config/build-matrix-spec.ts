/** How the matrix of a network is read: what is stored of it beside the links. Pure. */
import { nearest } from '../lib/nearest.ts';
import type { MatrixSpec, RegionSpec } from '../model/network-spec.ts';
import type { Complain } from './conflict.ts';
import { findName } from './matrix/name-regions.ts';
import { someOf } from './matrix/read-text-table.ts';
import type { RawNetwork } from './network-schema.ts';
import type { Matrix } from './parse-matrix.ts';

/**
 * @param matrix of a file or the ready one; null if the scenario names none, or holds it itself
 * @returns null where there is no matrix
 */
export function buildMatrixSpec(
  block: RawNetwork,
  matrix: Matrix | null,
  regions: readonly RegionSpec[],
  complain: Complain,
): MatrixSpec | null {
  const { matrix: named, 'matrix-values': values = 'round-trip' } = block;
  checkKeys(block, complain);
  if (named === undefined) return null;
  const isInline = typeof named === 'object';
  if (matrix !== null) checkNames(block, matrix, complain);
  const used = regions.map(({ name }) => name);
  return {
    source: isInline ? null : named,
    values,
    tableNames: used.flatMap((region) => {
      const name = matrix?.tableNames.get(region) ?? region;
      return name === region ? [] : [{ region, name }];
    }),
    example: findExample(isInline ? pairsOf(named) : (matrix?.cells ?? []), used),
  };
}

/** Both keys say something of a matrix, and names only of one with names of its own. */
function checkKeys(block: RawNetwork, complain: Complain): void {
  const tell = (key: 'matrix-values' | 'matrix-names', message: string, expected: string): void => {
    if (block[key] !== undefined) {
      complain({ path: ['network', key], aim: 'key', message, expected });
    }
  };
  if (block.matrix === undefined) {
    for (const key of ['matrix-values', 'matrix-names'] as const) {
      tell(key, `${key} is about a matrix, and there is none`, 'matrix beside it, or no such key');
    }
  } else if (typeof block.matrix === 'object') {
    const message = 'a matrix in the scenario has the names of the regions already';
    tell('matrix-names', message, 'no such key, or a matrix that is a file');
  }
}

function checkNames(
  { 'matrix-names': given = {} }: RawNetwork,
  { tableNames }: Matrix,
  complain: Complain,
): void {
  const names = [...tableNames.values()];
  for (const [region, meant] of Object.entries(given)) {
    const name = findName(names, meant);
    if (name !== undefined && tableNames.get(region) === name) continue;
    const owner = [...tableNames].find(([, one]) => one === name)?.[0];
    complain({
      path: ['network', 'matrix-names', region],
      code: name === undefined ? 'unknown-key' : 'conflict',
      message:
        name === undefined
          ? `the matrix knows no region ${meant}`
          : `the matrix has one region ${meant}, which is ${owner} already`,
      expected: `a name of the table, such as ${someOf(names)}`,
      suggestion: name === undefined ? nearest(meant, names) : undefined,
    });
  }
}

interface Pair {
  readonly from: string;
  readonly to: string;
}

function pairsOf(matrix: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Pair[] {
  return Object.entries(matrix).flatMap(([from, row]) =>
    Object.keys(row).map((to) => ({ from, to })),
  );
}

function findExample(pairs: readonly Pair[], names: readonly string[]): MatrixSpec['example'] {
  const placeOf = ({ from, to }: Pair): number =>
    names.indexOf(from) * names.length + names.indexOf(to);
  const between = pairs.filter(
    ({ from, to }) => from !== to && names.includes(from) && names.includes(to),
  );
  return between.reduce<MatrixSpec['example']>(
    (first, { from, to }) =>
      first === null || placeOf({ from, to }) < placeOf(first) ? { from, to } : first,
    null,
  );
}
