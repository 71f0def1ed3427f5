/** The values of a matrix that concern the regions of a scenario, with their places. Pure. */
import { nearest } from '../lib/nearest.ts';
import { type Complain, reading, regionPaths } from './conflict.ts';
import { someOf } from './matrix/read-text-table.ts';
import type { RawNetwork } from './network-schema.ts';
import type { Matrix, MatrixCell } from './parse-matrix.ts';
import type { Path } from './path.ts';

export interface Cell extends MatrixCell {
  readonly path: Path;
}

/**
 * @param matrix of a file; an inline matrix is in the block
 * @param names regions of the scenario
 */
export function listCells(
  block: RawNetwork,
  matrix: Matrix | null,
  names: readonly string[],
  complain: Complain,
): Cell[] {
  const { matrix: inline } = block;
  if (typeof inline !== 'object') {
    const hear = reading(complain, ['network', 'regions'], ['network', 'matrix']);
    return matrix === null ? [] : cellsOfFile(matrix, names, hear);
  }
  // That there is no region at all is told once, of the network.
  if (names.length === 0) return [];
  const reads = regionPaths(block);
  return Object.entries(inline).flatMap(([from, row]) => {
    const path = ['network', 'matrix', from];
    if (!isKnown(from, path, names, reading(complain, ...reads))) return [];
    return Object.entries(row).flatMap(([to, profile]): Cell[] => {
      const inner = [...path, to];
      return isKnown(to, inner, names, reading(complain, ...reads))
        ? [{ from, to, profile, path: inner }]
        : [];
    });
  });
}

/** A file may know more regions than the scenario uses, never fewer. */
function cellsOfFile(matrix: Matrix, names: readonly string[], complain: Complain): Cell[] {
  const { cells, regions } = matrix;
  for (const name of names) {
    if (regions.includes(name)) continue;
    complain({
      path: ['network', 'regions', name],
      aim: 'key',
      code: 'unknown-key',
      message: `the matrix knows no region ${name}`,
      expected: `some of ${someOf(regions)}`,
      suggestion: suggestRegion(name, matrix),
    });
  }
  return cells
    .filter(({ from, to }) => names.includes(from) && names.includes(to))
    .map((cell) => ({ ...cell, path: ['network', 'matrix'] }));
}

/** `frankfurt` is `eu-central-1` to who reads `EU (Frankfurt) eu-central-1`. */
function suggestRegion(name: string, { regions, tableNames }: Matrix): string | undefined {
  const near = nearest(name, regions);
  if (near !== undefined) return near;
  const word = lettersOf(name);
  const named = [...tableNames].find(([, inTable]) => lettersOf(inTable).includes(word));
  return named?.[0];
}

/** `São Paulo`, `sao-paulo` and `SaoPaulo` are alike. */
function lettersOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]/gu, '');
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
