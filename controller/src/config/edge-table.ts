/** Edges as somebody listed them, before anybody knows whether there are such nodes. */
import type { Path } from './path.ts';
import type { ProblemPlace } from './problem.ts';

/** Where a scenario names a file of edges. */
export const edgesFilePath: Path = ['topology', 'file'];

/** As it stands in a list: neither sorted nor checked against anything. */
export interface GivenEdge {
  readonly ends: readonly [number, number];
  /** Where it stands, if that is in another file than the scenario; computed when asked for. */
  readonly place?: () => ProblemPlace;
}

export interface EdgeTable {
  /** How the file is called in messages. */
  readonly file: string;
  readonly edges: readonly GivenEdge[];
}
