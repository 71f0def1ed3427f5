/** The file of edges that a scenario names, and what is in it. Pure. */
import { type EdgeTable, edgesFilePath } from './edge-table.ts';
import { type Locate, textOf } from './explain-issue.ts';
import type { NamedFile } from './matrix-of-scenario.ts';
import { parseEdges } from './parse-edges.ts';
import type { ConfigProblem } from './problem.ts';
import { valueAt } from './value-at.ts';

/** What `topology.file` of a scenario's value names; undefined if nothing, or nothing that is a name. */
export function edgesFileOf(value: unknown): string | undefined {
  const name = valueAt(value, edgesFilePath);
  return typeof name === 'string' && name !== '' ? name : undefined;
}

export interface ReadEdges {
  /** Null if the scenario names none, or it could not be read. */
  readonly table: EdgeTable | null;
  readonly problems: readonly ConfigProblem[];
}

/** What a file came to, for all combinations that name it. */
export type EdgesFile =
  | (ReadEdges & { readonly table: EdgeTable })
  | Extract<NamedFile, { readonly unreadable: string }>;

export function openEdges(named: NamedFile): EdgesFile {
  return 'text' in named ? parseEdges(named.text, named.file) : named;
}

/** @param given the file that `edgesFileOf` names; undefined if there is no place for it to be */
export function readEdges(value: unknown, given: EdgesFile | undefined, locate: Locate): ReadEdges {
  if (edgesFileOf(value) === undefined) return { table: null, problems: [] };
  if (given !== undefined && 'table' in given) {
    const { table, problems } = given;
    return { table: problems.length === 0 ? table : null, problems };
  }
  const message =
    given === undefined
      ? 'a file of edges stands beside a scenario file, and there is none'
      : `the file of edges ${given.file} cannot be read: ${given.unreadable}`;
  const problem: ConfigProblem = {
    code: 'unreadable',
    path: textOf(edgesFilePath),
    place: locate(edgesFilePath, 'value'),
    message,
    expected:
      'the name of a file with two indexes of nodes on each line, relative to the scenario file',
  };
  return { table: null, problems: [problem] };
}
