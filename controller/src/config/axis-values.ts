/** Values of an axis as a scenario writes them -> numbers with an order, or names. Pure. */
import {
  parseBitRate,
  parseDurationMs,
  parsePercent,
  parseRatePerSec,
  parseSizeBytes,
  type Quantity,
} from '../lib/units.ts';
import type { Axis, AxisValue } from '../model/axis.ts';
import { printable } from './problem.ts';
import { isBlock } from './value-at.ts';

/** How much of a block is told as its name. */
const textMax = 40;
/** A value may contain itself. */
const depthMax = 6;

const dimensions: readonly ((text: string) => Quantity)[] = [
  parseDurationMs,
  parseSizeBytes,
  parsePercent,
  parseBitRate,
  parseRatePerSec,
];

export interface OrderedValues {
  readonly kind: Axis['kind'];
  /** In order: ascending where they are numbers. `index` is where it stands in the list. */
  readonly values: readonly (AxisValue & { readonly index: number })[];
}

/** @param given distinct, at least one */
export function readAxisValues(given: readonly unknown[]): OrderedValues {
  const texts = distinct(given.map(wordOf));
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

/** `wan`; `like wan, loss 1%` for a block. */
function wordOf(value: unknown): string {
  const text = printable(wordInFull(value, 0));
  return text.length > textMax ? `${text.slice(0, textMax - 3)}...` : text;
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

/** Two long blocks may begin alike. */
function distinct(texts: readonly string[]): readonly string[] {
  const used = new Set<string>();
  return texts.map((text) => {
    let name = text;
    for (let again = 2; used.has(name); again++) name = `${text} (${again})`;
    used.add(name);
    return name;
  });
}
