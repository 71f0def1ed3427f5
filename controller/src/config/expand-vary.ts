/**
 * A document with `vary` and `skip` -> one plain document for each combination, and the way back from
 * a place in it to where its value stands. Any field may be varied: values are put in, and the result
 * is checked by the schema that checks every scenario. Pure.
 */
import { type Coordinate, sizeAxis } from '../model/axis.ts';
import type { Locate } from './explain-issue.ts';
import type { Path } from './path.ts';
import type { ConfigProblem } from './problem.ts';
import { putValue } from './put-value.ts';
import {
  countCombinations,
  type GivenAxis,
  readAxes,
  type Skip,
  tooManyCells,
} from './read-axes.ts';
import { isWithin } from './validate-scenario.ts';
import { isBlock, isPresent } from './value-at.ts';
import { valueKey } from './value-key.ts';
import { varyLimits } from './vary-schema.ts';

/** One combination of the axes besides the size. */
export interface Combination {
  /** In the order of the axes. */
  readonly coordinates: readonly Coordinate[];
  /** A scenario without `vary` and `skip`; its `nodes` are the sizes that are not left out. */
  readonly document: Record<string, unknown>;
  readonly locate: Locate;
}

export interface Expansion {
  readonly axes: readonly GivenAxis[];
  readonly combinations: readonly Combination[];
  readonly problems: readonly ConfigProblem[];
}

export function isVaried(document: unknown): document is Record<string, unknown> {
  return isBlock(document) && (isPresent(document, ['vary']) || isPresent(document, ['skip']));
}

export function expandVary(document: Record<string, unknown>, locate: Locate): Expansion {
  const { axes, skips, problems } = readAxes(document, locate);
  const sizes: readonly unknown[] = Array.isArray(document.nodes) ? document.nodes : [null];
  const count = countCombinations(sizes.length, axes);
  if (count > varyLimits.combinationsMax) {
    return { axes, combinations: [], problems: [...problems, tooManyCells(count, locate)] };
  }
  const { vary: _vary, skip: _skip, ...base } = document;
  // Outer fields first, so that what goes inside a block is not overwritten by the block.
  const inward = [...axes.keys()].sort((a, b) => depthOf(axes, a) - depthOf(axes, b));
  const combinations: Combination[] = [];
  let cells = 0;
  for (const picks of product(axes)) {
    const kept = [...sizes.keys()].filter((at) => !isSkipped(sizes[at], axes, picks, skips));
    if (kept.length === 0) continue;
    cells += kept.length;
    // More are counted, not made.
    if (cells > varyLimits.cellsMax) continue;
    const values = structuredClone(base);
    if (Array.isArray(document.nodes)) values.nodes = kept.map((at) => sizes[at]);
    for (const at of inward) {
      const axis = axes[at];
      if (axis !== undefined)
        putValue(values, axis.path, structuredClone(axis.given[picks[at] ?? 0]));
    }
    combinations.push({
      coordinates: axes.map((axis, at) => coordinateOf(axis, picks[at] ?? 0)),
      document: values,
      locate: locateIn({ document, axes, picks, kept }, locate),
    });
  }
  const found = [...problems];
  if (cells > varyLimits.cellsMax) found.push(tooManyCells(cells, locate));
  if (combinations.length === 0) found.push(nothingLeft(locate));
  return { axes, combinations, problems: found };
}

function depthOf(axes: readonly GivenAxis[], index: number): number {
  return axes[index]?.path.length ?? 0;
}

/** The last axis turns fastest. Each pick is a place in the list as it is written. */
function* product(axes: readonly GivenAxis[]): Generator<readonly number[]> {
  const [first, ...rest] = axes;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const { index } of first.values) {
    for (const others of product(rest)) yield [index, ...others];
  }
}

function coordinateOf({ field, values }: GivenAxis, index: number): Coordinate {
  const found = values.find((one) => one.index === index);
  if (found === undefined) throw new Error(`Broken invariant: ${field} has no value ${index}`);
  return { axis: field, value: found.value, text: found.text };
}

function isSkipped(
  size: unknown,
  axes: readonly GivenAxis[],
  picks: readonly number[],
  skips: readonly Skip[],
): boolean {
  const values = new Map<string, unknown>([
    [sizeAxis, size],
    ...axes.map(({ field, given }, at) => [field, given[picks[at] ?? 0]] as const),
  ]);
  return skips.some((skip) =>
    [...skip].every(([field, left]) => left.has(valueKey(values.get(field)))),
  );
}

interface Origin {
  readonly document: Record<string, unknown>;
  readonly axes: readonly GivenAxis[];
  readonly picks: readonly number[];
  /** Where the sizes that are left stand in `nodes`. */
  readonly kept: readonly number[];
}

function locateIn({ document, axes, picks, kept }: Origin, locate: Locate): Locate {
  return (path, aim) => {
    const [first, second, ...rest] = path;
    if (first === sizeAxis && typeof second === 'number') {
      return locate([sizeAxis, kept[second] ?? second, ...rest], aim);
    }
    // The innermost: `network.loss` was put into the value of `network`.
    const within = innermost(axes.filter((axis) => isWithin(path, axis.path)));
    if (within !== undefined) {
      const key: Path = ['vary', within.field];
      const inner = path.slice(within.path.length);
      if (inner.length === 0 && aim === 'key') return locate(key, 'key');
      return locate([...key, picks[axes.indexOf(within)] ?? 0, ...inner], aim);
    }
    // A block that is there only because something was put into it.
    const around = axes.find((axis) => isWithin(axis.path, path));
    if (around !== undefined && !isPresent(document, path)) {
      return locate(['vary', around.field], 'key');
    }
    return locate(path, aim);
  };
}

function innermost(axes: readonly GivenAxis[]): GivenAxis | undefined {
  return axes.reduce<GivenAxis | undefined>(
    (deepest, axis) => (axis.path.length > (deepest?.path.length ?? 0) ? axis : deepest),
    undefined,
  );
}

function nothingLeft(locate: Locate): ConfigProblem {
  return {
    code: 'conflict',
    path: 'skip',
    place: locate(['skip'], 'key'),
    message: 'every combination is left out',
    expected: 'at least one cell that is not',
  };
}
