/**
 * A value -> what the schema makes of it and what is wrong with it, all at once: what is wrong is
 * taken out and the rest tried again, so that rules between healthy fields are checked as well, and
 * what stands under a misspelt key is looked at under the key that is meant.
 */
import { type Built, checkScenario, type Tables } from './check-scenario.ts';
import type { Conflict } from './conflict.ts';
import { edgesFilePath } from './edge-table.ts';
import { edgesFileOf } from './edges-of-scenario.ts';
import { badName, explainIssue, type Locate, meantField, textOf } from './explain-issue.ts';
import { findLostNames } from './lost-names.ts';
import { matrixNameOf } from './matrix-of-scenario.ts';
import type { Path } from './path.ts';
import type { ConfigProblem } from './problem.ts';
import { type RawScenario, scenarioSchema } from './schema.ts';
import { type Issue, pathOf, settleIssues } from './settle-issues.ts';
import { isPresent, valueAt } from './value-at.ts';
import { move, type Reduced, without } from './without.ts';

export interface Outcome {
  readonly parsed: { readonly raw: RawScenario; readonly built: Built } | undefined;
  readonly problems: readonly ConfigProblem[];
}

export function validateScenario(value: unknown, tables: Tables, locate: Locate): Outcome {
  const parsed = scenarioSchema.safeParse(value);
  const lost = findLostNames(value);
  // A file that is missing has been told of; the gaps it leaves would be told again.
  const unseen: Path[] = [
    ...(tables.matrix === null && matrixNameOf(value) !== undefined ? [['network', 'matrix']] : []),
    ...(tables.edges === null && edgesFileOf(value) !== undefined ? [edgesFilePath] : []),
  ];
  if (parsed.success && lost.length === 0) {
    const raw = parsed.data;
    const { built, conflicts } = checkScenario(raw, tables);
    const told = conflicts.filter(({ reads }) => !readsAny(reads, unseen));
    return { parsed: { raw, built }, problems: told.map((one) => conflictProblem(one, locate)) };
  }
  const issues = parsed.success ? [] : settleIssues(parsed.error.issues, value);
  const wrong = issues.flatMap(pathsOf);
  const rest = findHealthy(value, [...wrong, ...lost]);
  const conflicts = rest === undefined ? [] : checkScenario(rest.raw, tables).conflicts;
  const broken = [...(rest?.broken ?? []), ...unseen];
  const told = conflicts
    .map((one) => restore(one, rest))
    .filter(({ reads }) => !readsAny(reads, broken));
  return {
    parsed: undefined,
    problems: [
      ...issues.flatMap((issue) => explainIssue(issue, value, locate)),
      ...lost.map((path) => badName(path, locate)),
      ...lookBehind(value, issues, locate),
      ...told.map((one) => conflictProblem(one, locate)),
    ],
  };
}

function pathsOf(issue: Issue): Path[] {
  const path = pathOf(issue);
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
}

interface Healthy extends Reduced {
  readonly raw: RawScenario;
  /** Everything that was taken out, with paths of the whole value. */
  readonly broken: readonly Path[];
}

/** Taking out a key that is required leaves another flaw: then its block goes as well. */
const attemptsMax = 8;

function findHealthy(value: unknown, wrong: readonly Path[]): Healthy | undefined {
  const broken = [...wrong];
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const reduced = without(value, broken);
    const rest = scenarioSchema.safeParse(reduced.value);
    if (rest.success) return { ...reduced, raw: rest.data, broken };
    for (const path of settleIssues(rest.error.issues, reduced.value).flatMap(pathsOf)) {
      const isThere = isPresent(reduced.value, path);
      broken.push(reduced.restore(isThere ? path : path.slice(0, -1)));
    }
  }
  return undefined;
}

/** With the paths of the whole value. */
function restore(conflict: Conflict, reduced: Reduced | undefined): Conflict {
  if (reduced === undefined) return conflict;
  const { path, reads } = conflict;
  return { ...conflict, path: reduced.restore(path), reads: reads.map(reduced.restore) };
}

/** What is wrong under keys that are misspelt or stand elsewhere. */
function lookBehind(root: unknown, issues: readonly Issue[], locate: Locate): ConfigProblem[] {
  const moved = new Map<string, Path>();
  const value = structuredClone(root);
  for (const [index, issue] of issues.entries()) {
    const isName = issue.code === 'invalid_key';
    if (issue.code !== 'unrecognized_keys' && !isName) continue;
    for (const from of pathsOf(issue)) {
      const to = isName
        ? [...from.slice(0, -1), `name-${index}`]
        : meantField(from, valueAt(root, from));
      if (to === undefined || isPresent(value, to)) continue;
      if (move(value, from, to)) moved.set(JSON.stringify(to), from);
    }
  }
  if (moved.size === 0) return [];
  const parsed = scenarioSchema.safeParse(value);
  if (parsed.success) return [];
  const origin = (path: Path): Path | undefined => {
    for (let length = path.length; length > 0; length--) {
      const from = moved.get(JSON.stringify(path.slice(0, length)));
      if (from !== undefined) return [...from, ...path.slice(length)];
    }
    return undefined;
  };
  return settleIssues(parsed.error.issues, value).flatMap((issue): ConfigProblem[] => {
    const path = pathOf(issue);
    const from = origin(path);
    if (from === undefined) return [];
    const isGuess = moved.has(JSON.stringify(path));
    return explainIssue(issue, value, (at, aim) => locate(origin(at) ?? at, aim)).flatMap((one) =>
      // A value of another kind altogether: another key is meant.
      isGuess && one.code === 'wrong-type'
        ? []
        : [issue.code === 'unrecognized_keys' ? one : { ...one, path: textOf(from) }],
    );
  });
}

function readsAny(reads: readonly Path[], paths: readonly Path[]): boolean {
  return reads.some((read) => paths.some((path) => isWithin(read, path) || isWithin(path, read)));
}

/** Whether `path` is `outer` or lies inside it. */
export function isWithin(path: Path, outer: Path): boolean {
  return outer.length <= path.length && outer.every((step, index) => path[index] === step);
}

function conflictProblem(conflict: Conflict, locate: Locate): ConfigProblem {
  const { path, code = 'conflict', aim = 'value', message, expected, suggestion } = conflict;
  const { place = locate(path, aim) } = conflict;
  return {
    code,
    path: textOf(path),
    place,
    message,
    expected,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}
