/** zod issue -> problem with place, offending value, accepted form and nearest known key. */
import { nearest } from '../lib/nearest.ts';
import { makeName } from './matrix/name-regions.ts';
import type { Path } from './path.ts';
import type { ConfigProblem, ProblemCode, ProblemPlace } from './problem.ts';
import { scenarioSchema } from './schema.ts';
import { notesOf, schemaAt, shapeOf } from './schema-walk.ts';
import { type Issue, pathOf } from './settle-issues.ts';
import { translateKey } from './translate-key.ts';
import { isPresent, valueAt } from './value-at.ts';
import { findSynonym, rewrite } from './value-words.ts';

export type Locate = (path: Path, aim: 'key' | 'value') => ProblemPlace;

/** One settled issue is one problem, except that each unknown key is a problem of its own. */
export function explainIssue(issue: Issue, root: unknown, locate: Locate): ConfigProblem[] {
  const path = pathOf(issue);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...path, key], root, locate));
  }
  if (issue.code === 'invalid_key') return [badName(path, locate)];
  const value = valueAt(root, path);
  const form = formAt(path);
  const expected = form === undefined ? {} : { expected: form };
  if (value === undefined && !isPresent(root, path)) {
    const place = locate(path, 'key');
    const what = place.kind === 'option' ? 'this option' : 'the key';
    const message = `${what} is missing and has no default`;
    return [{ code: 'missing-key', path: textOf(path), place, message, ...expected }];
  }
  const problem = classify(issue, value);
  const suggestion = suggestValue(issue, value);
  return [
    {
      code: problem.code,
      path: textOf(path),
      place: locate(path, 'value'),
      message: problem.message,
      ...expected,
      ...(suggestion === undefined ? {} : { suggestion }),
    },
  ];
}

/** `load.rate`, `nodes[2]` */
export function textOf(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** A value as it is quoted in a message: short, one line, never walked in depth. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a block of keys';
  if (typeof value === 'string') {
    return value.length > 60 ? `"${value.slice(0, 57)}..."` : `"${value}"`;
  }
  return String(value);
}

/** The problem of a key that stands where a name should. */
export function badName(path: Path, locate: Locate): ConfigProblem {
  const suggestion = makeName(String(path.at(-1)));
  return {
    code: 'wrong-form',
    path: textOf(path),
    place: locate(path, 'key'),
    message: `${describeValue(path.at(-1))} cannot be a name`,
    expected: 'a name of at most 31 letters, digits, "_" and "-", starting with a letter',
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function unknownKey(path: Path, root: unknown, locate: Locate): ConfigProblem {
  const known = knownKeys(path.slice(0, -1));
  const key = String(path.at(-1));
  const glued = gluedKey(key);
  if (glued !== undefined && known.includes(glued)) {
    const place = locate(path, 'key');
    const message = `a space is missing after the colon of "${glued}"`;
    const form = formAt([...path.slice(0, -1), glued]);
    const expected = form === undefined ? {} : { expected: form };
    return { code: 'wrong-form', path: textOf(path), place, message, ...expected };
  }
  const where = path.length === 1 ? 'at the top level' : `in "${textOf(path.slice(0, -1))}"`;
  const problem = (advice: string, expected: string | undefined): ConfigProblem => ({
    code: 'unknown-key',
    path: textOf(path),
    place: locate(path, 'key'),
    message: `there is no key "${key.slice(0, 60)}" ${where}${advice === '' ? '' : `; ${advice}`}`,
    ...(expected === undefined ? {} : { expected }),
  });
  const translated = translateKey(path, valueAt(root, path));
  if (translated !== undefined) {
    const { field, advice } = translated;
    return problem(advice, field === undefined ? undefined : formAt(field));
  }
  const expected = known.length === 0 ? undefined : `one of ${known.join(', ')}`;
  const suggestion = nearest(key, known);
  if (suggestion !== undefined) return { ...problem('', expected), suggestion };
  const elsewhere = keyElsewhere(key);
  return problem(elsewhere === undefined ? '' : `it belongs ${elsewhere}`, expected);
}

/** The field that an unknown key stands for, if its value can be looked at there. */
export function meantField(path: Path, value: unknown): Path | undefined {
  const block = path.slice(0, -1);
  const key = String(path.at(-1));
  // A single value under a foreign key is converted already.
  const translated = translateKey(path, value);
  if (translated !== undefined) {
    return typeof value === 'object' && value !== null ? translated.field : undefined;
  }
  const near = nearest(key, knownKeys(block));
  if (near !== undefined) return [...block, near];
  const home = homeOf(key);
  return home === undefined ? undefined : [...home, key];
}

/** `rate` of `rate:5`, which YAML takes for one word. */
function gluedKey(word: string): string | undefined {
  return /^([A-Za-z][\w-]*):\S/.exec(word)?.[1];
}

/** Where a key may belong, the likeliest first. */
const blocks: readonly Path[] = [
  [],
  ['load'],
  ['resources'],
  ['phases'],
  ['engine'],
  ['engine', 'batch'],
  ['network'],
  ['network', 'profile'],
  ['timeline'],
];

/** A known key that was put at the wrong level is the most common mistake after a misspelling. */
function homeOf(key: string): Path | undefined {
  return blocks.find((block) => knownKeys(block).includes(key));
}

function keyElsewhere(key: string): string | undefined {
  const home = homeOf(key);
  if (home === undefined) return undefined;
  return home.length === 0 ? 'at the top level' : `under "${textOf(home)}"`;
}

function classify(
  issue: Issue,
  value: unknown,
): { readonly code: ProblemCode; readonly message: string } {
  const found = `found ${describeValue(value)}`;
  switch (issue.code) {
    case 'invalid_type': {
      const quoted = issue.expected === 'string' && typeof value !== 'object';
      if (quoted && value !== undefined) {
        return { code: 'wrong-type', message: `${found}; put it in quotes` };
      }
      const wantsBlock = issue.expected === 'object' && typeof value === 'string';
      const isGlued = wantsBlock && gluedKey(value) !== undefined;
      const meant = rewrite(value, issue.expected);
      const rewritten = meant === undefined ? '' : `; write ${meant}`;
      const advice = isGlued ? '; a space is missing after the colon' : rewritten;
      return { code: 'wrong-type', message: `${found}${advice}` };
    }
    case 'invalid_value':
      return { code: 'not-one-of', message: found };
    case 'too_big':
      return {
        code: 'out-of-range',
        message: `${found}, which is too ${sizeWord(value, 'large')}`,
      };
    case 'too_small':
      return {
        code: 'out-of-range',
        message: `${found}, which is too ${sizeWord(value, 'small')}`,
      };
    case 'invalid_format':
      return { code: 'wrong-form', message: found };
    case 'custom': {
      const why = typeof issue.params?.why === 'string' ? issue.params.why : '';
      return {
        code: codeOf(issue.params?.problem),
        message: why === '' ? found : `${found}: ${why}`,
      };
    }
    default:
      return { code: 'wrong-form', message: found };
  }
}

const customCodes = ['wrong-unit', 'out-of-range', 'not-one-of', 'wrong-form'] as const;

/** Of the issues that our own fields raise. */
export function codeOf(problem: unknown): ProblemCode {
  return customCodes.find((code) => code === problem) ?? 'wrong-type';
}

function sizeWord(value: unknown, word: 'large' | 'small'): string {
  if (typeof value === 'number') return word;
  return word === 'large' ? 'long' : 'short';
}

function suggestValue(issue: Issue, value: unknown): string | undefined {
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const synonym = findSynonym(pathOf(issue), value);
    return synonym ?? nearest(value.slice(0, 60), issue.values.map(String));
  }
  // Of the names in a network, tables hold many that are none here.
  if (issue.code === 'invalid_format' && issue.path[0] === 'network' && typeof value === 'string') {
    return makeName(value);
  }
  if (issue.code === 'custom' && typeof value === 'string') {
    const candidates: unknown = issue.params?.candidates;
    return Array.isArray(candidates)
      ? nearest(value.slice(0, 60), candidates.map(String))
      : undefined;
  }
  // `nodes: 4` for `nodes: [4]`
  const wantsList = issue.code === 'invalid_type' && issue.expected === 'array';
  return wantsList && typeof value === 'number' ? `[${value}]` : undefined;
}

function knownKeys(block: Path): string[] {
  const schema = schemaAt(scenarioSchema, block);
  return schema === undefined ? [] : Object.keys(shapeOf(schema) ?? {});
}

/** Of the field, or of the list that the path points into. */
function formAt(path: Path): string | undefined {
  const steps = path.filter((step) => typeof step === 'string');
  if (steps.length === 0) return 'a block of keys that starts with name and nodes';
  const schema = schemaAt(scenarioSchema, steps);
  return schema === undefined ? undefined : notesOf(schema)?.form;
}
