/** `vary` and `skip` of a scenario's document -> axes, and what is wrong with them. Pure. */
import { nearest } from '../lib/nearest.ts';
import { formatNumber } from '../lib/units.ts';
import { keyOf, sizeAxis } from '../model/axis.ts';
import { type OrderedValues, readAxisValues } from './axis-values.ts';
import { describeValue, type Locate, textOf } from './explain-issue.ts';
import type { Path } from './path.ts';
import type { ConfigProblem, ProblemCode } from './problem.ts';
import { isHostileStep, isSaid, putValue } from './put-value.ts';
import { isBlock, isPresent } from './value-at.ts';
import { valueKey } from './value-key.ts';
import { varyLimits } from './vary-schema.ts';

/** An axis besides the size. */
export interface GivenAxis extends OrderedValues {
  readonly field: string;
  /** Into the document that the values are put in. */
  readonly path: readonly string[];
  /** As they are written, by `index`. */
  readonly given: readonly unknown[];
}

/** For each field that a block of `skip` names, the values that it leaves out, as canonical JSON. */
export type Skip = ReadonlyMap<string, ReadonlySet<string>>;

export interface ReadAxes {
  readonly axes: readonly GivenAxis[];
  readonly skips: readonly Skip[];
  readonly problems: readonly ConfigProblem[];
}

/** What belongs to the run, not to a cell. */
const ofTheRun = [
  'name',
  'description',
  'seed',
  'repetitions',
  'runtime',
  'vary',
  'skip',
  'thresholds',
];

type Tell = (code: ProblemCode, path: Path, message: string, expected?: string) => void;

export function readAxes(document: Record<string, unknown>, locate: Locate): ReadAxes {
  const problems: ConfigProblem[] = [];
  const tell: Tell = (code, path, message, expected) => {
    const place = locate(path, code === 'unknown-key' ? 'key' : 'value');
    const wish = expected === undefined ? {} : { expected };
    problems.push({ code, path: textOf(path), place, message, ...wish });
  };
  const axes = axesOf(document, tell);
  const skips = skipsOf(document, axes, tell);
  return { axes, skips, problems };
}

function axesOf(document: Record<string, unknown>, tell: Tell): GivenAxis[] {
  const { vary = {} } = document;
  if (!isBlock(vary)) {
    tell('wrong-type', ['vary'], `found ${describeValue(vary)}`, varyForm);
    return [];
  }
  const entries = Object.entries(vary);
  if (entries.length > varyLimits.axesMax) {
    const most = `at most ${varyLimits.axesMax} fields`;
    tell('out-of-range', ['vary'], `${entries.length} fields are varied`, most);
    return [];
  }
  const axes = entries.flatMap(([field, given]): GivenAxis[] => {
    const path = field.split('.');
    const place = ['vary', field];
    if (field === sizeAxis) {
      tell('conflict', place, 'sizes have a key of their own', 'nodes: [4, 7] at the top level');
      return [];
    }
    if (ofTheRun.includes(path[0] ?? '')) {
      tell('conflict', place, `${path[0]} belongs to the run, not to a cell`, varyForm);
      return [];
    }
    if (path.includes('') || path.some(isHostileStep)) {
      tell('wrong-form', place, `"${field.slice(0, 60)}" is no field`, 'one such as load.rate');
      return [];
    }
    if (path.some((step) => /^\d+$/.test(step))) {
      const message = 'an element of a list cannot be varied by itself';
      tell('wrong-form', place, message, 'the whole list as a value');
      return [];
    }
    if (!areValues(given, place, tell)) return [];
    // A value that is given and varied would be read by nobody.
    if (isSaid(document, path)) {
      const said = path.slice(
        0,
        path.findIndex((_, depth) => !isPresent(document, path.slice(0, depth + 1))),
      );
      const at = isPresent(document, path) ? path : said;
      tell('conflict', at, `${field} is varied as well`, `one of the two: here, or in vary`);
    }
    const read = readAxisValues(given);
    return tellSame(read, place, tell) ? [{ field, path, given, ...read }] : [];
  });
  for (const outer of axes) for (const inner of axes) tellContradiction(outer, inner, tell);
  return axes;
}

/** A value of `network` may say itself what `network.profile` is to be: then one would be lost. */
function tellContradiction(outer: GivenAxis, inner: GivenAxis, tell: Tell): void {
  const isAround = outer.path.every((step, depth) => inner.path[depth] === step);
  if (outer === inner || !isAround) return;
  const index = outer.given.findIndex((value) => {
    const alone: Record<string, unknown> = {};
    putValue(alone, outer.path, value);
    return isSaid(alone, inner.path);
  });
  if (index === -1) return;
  const message = `this value says what ${inner.field} is, and that is varied as well`;
  const expected = `one of the two, or values of ${outer.field} that leave it open`;
  tell('conflict', ['vary', outer.field, index], message, expected);
}

/**
 * `1000` and `1000/s` are one value, written twice; two that read alike would be one to all who see
 * results. @returns whether all differ
 */
function tellSame({ values }: OrderedValues, place: Path, tell: Tell): boolean {
  const first = new Map<string, string>();
  let areDistinct = true;
  for (const { text, index } of [...values].sort((a, b) => a.index - b.index)) {
    const key = keyOf({ text });
    const other = first.get(key);
    first.set(key, other ?? text);
    if (other === undefined) continue;
    areDistinct = false;
    const message =
      other === text
        ? `"${text}" cannot be told from another value`
        : `${text} is ${other}: this value is listed twice`;
    tell('conflict', [...place, index], message, 'each value once');
  }
  return areDistinct;
}

const varyForm = 'a block such as {network: [lan, wan], load.rate: [200, 1000]}';

function areValues(given: unknown, place: Path, tell: Tell): given is readonly unknown[] {
  if (!Array.isArray(given)) {
    const example = typeof given === 'object' ? 'a list of values' : `a list such as [${given}]`;
    tell('wrong-type', place, `found ${describeValue(given)}`, example);
    return false;
  }
  if (given.length === 0 || given.length > varyLimits.valuesMax) {
    const found = given.length === 0 ? 'an empty list' : `${given.length} values`;
    tell('out-of-range', place, `found ${found}`, `1 to ${varyLimits.valuesMax} values`);
    return false;
  }
  const before = new Map<string, number>();
  let isDistinct = true;
  for (const [index, value] of given.entries()) {
    const key = valueKey(value);
    if (before.has(key)) {
      tell('conflict', [...place, index], 'this value is listed twice', 'each value once');
      isDistinct = false;
    }
    before.set(key, index);
  }
  return isDistinct;
}

function skipsOf(
  document: Record<string, unknown>,
  axes: readonly GivenAxis[],
  tell: Tell,
): Skip[] {
  const { skip = [], nodes } = document;
  if (!Array.isArray(skip)) {
    tell('wrong-type', ['skip'], `found ${describeValue(skip)}`, skipForm);
    return [];
  }
  const known = new Map<string, readonly unknown[]>([
    [sizeAxis, Array.isArray(nodes) ? nodes : []],
    ...axes.map(({ field, given }) => [field, given] as const),
  ]);
  return skip.flatMap((block: unknown, index): Skip[] => {
    const place = ['skip', index];
    if (!isBlock(block) || Object.keys(block).length === 0) {
      tell('wrong-type', place, `found ${describeValue(block)}`, skipForm);
      return [];
    }
    const entries = Object.entries(block).map(([field, value]) => {
      const isOne = known.get(field)?.some((one) => valueKey(one) === valueKey(value)) === true;
      const values = isOne || !Array.isArray(value) ? [value] : value;
      if (values.length === 0)
        tell('out-of-range', [...place, field], 'found an empty list', skipForm);
      checkSkipped(field, values, { known, place, tell });
      return [field, new Set(values.map((one) => valueKey(one)))] as const;
    });
    return [new Map(entries)];
  });
}

const skipForm = 'a list of blocks such as {nodes: 16, load.rate: 1000}';

function checkSkipped(
  field: string,
  values: readonly unknown[],
  {
    known,
    place,
    tell,
  }: {
    readonly known: ReadonlyMap<string, readonly unknown[]>;
    readonly place: Path;
    readonly tell: Tell;
  },
): void {
  const path = [...place, field];
  const possible = known.get(field);
  if (possible === undefined) {
    const fields = [...known.keys()];
    const near = nearest(field, fields);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    tell('unknown-key', path, `"${field}" is not varied${hint}`, `one of ${fields.join(', ')}`);
    return;
  }
  const keys = new Set(possible.map((one) => valueKey(one)));
  for (const value of values) {
    if (keys.has(valueKey(value))) continue;
    const text = typeof value === 'object' ? describeValue(value) : String(value);
    const shown = possible.map((one) => (typeof one === 'object' ? 'a block' : String(one)));
    const message = `${text} is none of the values of ${field}, so nothing would be left out`;
    tell('conflict', path, message, `one of ${shown.join(', ')}`);
  }
}

/** Sizes times the values of every axis, as far as they can be counted. */
export function countCombinations(sizes: number, axes: readonly GivenAxis[]): number {
  return axes.reduce((product, { given }) => product * given.length, sizes);
}

export function tooManyCells(count: number, locate: Locate): ConfigProblem {
  return {
    code: 'out-of-range',
    path: 'vary',
    place: locate(['vary'], 'key'),
    message: `this makes ${formatNumber(count)} cells`,
    expected: `at most ${varyLimits.cellsMax} of them; leave combinations out with skip, or run parts one after the other`,
  };
}
