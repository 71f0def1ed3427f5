import type { Path } from './path.ts';
import type { ProblemCode, ProblemPlace } from './problem.ts';

/** What does not go together in a scenario whose fields are all right by themselves. */
export interface Conflict {
  /** The field to point at. */
  readonly path: Path;
  /** Where it stands, if that is in another file than the scenario. */
  readonly place?: ProblemPlace;
  /** Whether the key or the value is at fault; the value if not said. */
  readonly aim?: 'key' | 'value';
  /** All fields the rule has read. */
  readonly reads: readonly Path[];
  readonly message: string;
  readonly expected: string;
  /** The known word nearest to an unknown one. */
  readonly suggestion?: string | undefined;
  /** `conflict` if not said. */
  readonly code?: ProblemCode;
}

/** Takes what was found at a path; `reads` where whoever listens cannot know better. */
export type Complain = (
  finding: Omit<Conflict, 'reads'> & { readonly reads?: readonly Path[] },
) => void;

/** Says of everything that is found what was read for it, if nobody said so before. */
export function reading(complain: Complain, ...reads: readonly Path[]): Complain {
  return (finding) => complain({ reads, ...finding });
}

/** What the regions of a network depend on: what they are, or the matrix that names them. */
export function regionPaths({ regions }: { readonly regions?: unknown }): Path[] {
  const own = [['network', 'regions']];
  return regions === undefined ? [...own, ['network', 'matrix'], ['network', 'matrix-names']] : own;
}
