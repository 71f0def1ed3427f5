/** The matrix that a scenario names: which file, what is wanted of it, and what is in it. Pure. */
import { nearest } from '../lib/nearest.ts';
import { cloudRegionsCsv, cloudRegionsFile } from './cloud-regions.ts';
import { type Locate, textOf } from './explain-issue.ts';
import { type Matrix, type MatrixWish, parseMatrix } from './parse-matrix.ts';
import type { Path } from './path.ts';
import type { ConfigProblem } from './problem.ts';
import { isBlock, valueAt } from './value-at.ts';

const matrixPath: Path = ['network', 'matrix'];

/** The name of the ready matrix. */
const cloud = 'cloud';

const matrixForm =
  'a block such as {eu: {us: 80ms}}, the name of a .csv, .tsv or .json file, or cloud';

/** The file that was named, with its text or a clause that says why it is unread. */
export type NamedFile = { readonly file: string } & (
  | { readonly text: string }
  | { readonly unreadable: string }
);

export interface ReadMatrix {
  /** Null if the scenario names none, or it could not be read. */
  readonly matrix: Matrix | null;
  readonly problems: readonly ConfigProblem[];
}

/** What `network.matrix` of a scenario's value names; undefined if it is a block, or nothing. */
export function matrixNameOf(value: unknown): string | undefined {
  const name = valueAt(value, matrixPath);
  return typeof name === 'string' && name !== '' ? name : undefined;
}

export function isMatrixFile(name: string): boolean {
  return /\.(csv|tsv|json)$/i.test(name);
}

/** @param given what was read of the file that `matrixNameOf` gives, if it is one */
export function readMatrix(
  value: unknown,
  given: NamedFile | undefined,
  locate: Locate,
): ReadMatrix {
  const name = matrixNameOf(value);
  if (name === undefined) return { matrix: null, problems: [] };
  const wish = wishOf(value);
  if (name === cloud) return parseMatrix(cloudRegionsCsv, cloudRegionsFile, wish);
  const isFile = isMatrixFile(name);
  if (isFile && given !== undefined && 'text' in given) {
    const { matrix, problems } = parseMatrix(given.text, given.file, wish);
    return { matrix: problems.length === 0 ? matrix : null, problems };
  }
  const place = { path: textOf(matrixPath), place: locate(matrixPath, 'value') };
  if (isFile && given !== undefined && 'unreadable' in given) {
    const message = `the matrix file ${given.file} cannot be read: ${given.unreadable}`;
    const expected =
      'the name of a .csv, .tsv or .json file, relative to the scenario file; topologies/cloud-regions.csv is an example';
    return { matrix: null, problems: [{ code: 'unreadable', ...place, message, expected }] };
  }
  const problem: ConfigProblem = {
    code: 'not-one-of',
    ...place,
    message: isFile
      ? 'a matrix file stands beside a scenario file, and there is none'
      : `there is no ready matrix ${name.slice(0, 60)}`,
    expected: matrixForm,
    ...(nearest(name.slice(0, 60), [cloud]) === undefined ? {} : { suggestion: cloud }),
  };
  return { matrix: null, problems: [problem] };
}

/** Of a value whose form has not been checked: what is not a name is told of elsewhere. */
function wishOf(value: unknown): MatrixWish {
  const regions = valueAt(value, ['network', 'regions']);
  const given = valueAt(value, ['network', 'matrix-names']);
  const names = isBlock(given) ? Object.entries(given) : [];
  return {
    regions: namesIn(regions),
    names: Object.fromEntries(
      names.flatMap(([name, meant]) => (typeof meant === 'string' ? [[name, meant]] : [])),
    ),
  };
}

function namesIn(regions: unknown): readonly string[] | null {
  if (Array.isArray(regions)) return regions.filter((one) => typeof one === 'string');
  return isBlock(regions) ? Object.keys(regions) : null;
}
