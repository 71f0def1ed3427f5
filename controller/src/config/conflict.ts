import type { Path } from './parse-yaml.ts';
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

/** Takes what was found at a path; `reads` is known to whoever listens. */
export type Complain = (finding: Omit<Conflict, 'reads'>) => void;
