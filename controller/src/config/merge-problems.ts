/** Problems of all combinations of a document -> each once, with what it takes to meet it. Pure. */
import type { Coordinate } from '../model/axis.ts';
import { labelAxis } from '../model/word-cell.ts';
import type { ConfigProblem } from './problem.ts';

export interface Met {
  readonly coordinates: readonly Coordinate[];
  readonly problems: readonly ConfigProblem[];
}

/**
 * What every combination has is told as it is; of what only some have, the values that they share
 * and not all have are told with it, unless it is one of these values that is wrong.
 */
export function mergeProblems(combinations: readonly Met[]): readonly ConfigProblem[] {
  const found = new Map<string, { problem: ConfigProblem; where: (readonly Coordinate[])[] }>();
  for (const { coordinates, problems } of combinations) {
    for (const problem of problems) {
      const key = JSON.stringify([problem.code, problem.path, problem.place, problem.message]);
      const known = found.get(key);
      if (known === undefined) found.set(key, { problem, where: [coordinates] });
      else known.where.push(coordinates);
    }
  }
  const all = combinations.map(({ coordinates }) => coordinates);
  return [...found.values()].map(({ problem, where }) => {
    const shared = sharedBy(where, all).filter(({ axis }) => !isOf(problem, axis));
    if (shared.length === 0) return problem;
    const words = shared.map(({ axis, text }) => `${labelAxis(axis)} = ${text}`).join(', ');
    return { ...problem, message: `with ${words}: ${problem.message}` };
  });
}

/** Coordinates that all of `some` have, and not all of `all`. */
function sharedBy(
  some: readonly (readonly Coordinate[])[],
  all: readonly (readonly Coordinate[])[],
): readonly Coordinate[] {
  const [first = []] = some;
  return first.filter(({ axis, value }) => {
    const has = (one: readonly Coordinate[]): boolean =>
      one.some((other) => other.axis === axis && other.value === value);
    return some.every(has) && !all.every(has);
  });
}

/** Its place shows the value already. */
function isOf({ path }: ConfigProblem, axis: string): boolean {
  return path === axis || path.startsWith(`${axis}.`) || path.startsWith(`${axis}[`);
}
