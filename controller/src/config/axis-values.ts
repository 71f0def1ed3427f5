/** Values of an axis as a scenario writes them -> numbers with an order, or names. Pure. */
import { createHash } from 'node:crypto';
import { dimensions } from '../lib/read-quantity.ts';
import type { Axis, AxisValue } from '../model/axis.ts';
import { printable } from './problem.ts';
import { isBlock } from './value-at.ts';
import { valueKey } from './value-key.ts';

/** How much of a block is told as its name. */
const textMax = 40;
/** A value may contain itself. */
const depthMax = 6;

/** How much of the digest of a value is told where its text is cut. */
const digestLength = 8;

export interface OrderedValues {
  readonly kind: Axis['kind'];
  /** In order: ascending where they are numbers. `index` is where it stands in the list. */
  readonly values: readonly (AxisValue & { readonly index: number })[];
}

/**
 * The text of a value depends on that value alone, so that another one changes neither the names nor
 * the seeds of cells: see plan/name-cells.ts.
 * @param given distinct, at least one
 */
export function readAxisValues(given: readonly unknown[]): OrderedValues {
  const texts = given.map(wordOf);
  const numbers = numbersOf(given);
  const all = given.map((_, index) => {
    const text = texts[index] ?? '';
    return { value: numbers?.[index] ?? text, text, index };
  });
  if (numbers === undefined) return { kind: 'nominal', values: all };
  return { kind: 'numeric', values: all.sort((a, b) => Number(a.value) - Number(b.value)) };
}

/** In base units; undefined unless all of them are numbers of one dimension. */
function numbersOf(given: readonly unknown[]): readonly number[] | undefined {
  if (given.every((value) => Number.isFinite(value))) return given.map(Number);
  for (const parse of dimensions) {
    const parsed = given.map((value) => parse(String(value)));
    const numbers = parsed.flatMap((one) => (one.kind === 'ok' ? one.value : []));
    if (numbers.length === given.length && given.every(isPlain)) return numbers;
  }
  return undefined;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

/** `wan`; `like wan, loss 1%` for a block; with a digest of all of it where that is cut short. */
function wordOf(value: unknown): string {
  const inFull = wordInFull(value, 0);
  const text = printable(inFull);
  if (text.length <= textMax && text === inFull) return text;
  const digest = createHash('sha256').update(valueKey(value)).digest('hex').slice(0, digestLength);
  return `${text.slice(0, textMax - digestLength - 4)}... ${digest}`;
}

function wordInFull(value: unknown, depth: number): string {
  if (depth > depthMax) return '...';
  if (isBlock(value)) {
    const parts = Object.entries(value).map(
      ([key, inner]) => `${key} ${wordInFull(inner, depth + 1)}`,
    );
    return parts.length === 0 ? 'nothing' : parts.join(', ');
  }
  if (Array.isArray(value))
    return value.length === 0
      ? 'none'
      : value.map((inner) => wordInFull(inner, depth + 1)).join(' ');
  return value === null ? 'nothing' : String(value);
}
