/** Cells in sentences, by their coordinates. */
import { groupBy } from '../lib/group-by.ts';
import { wordsOf } from './axes.ts';
import { type Coordinate, sizeAxis } from './axis.ts';

export interface Located {
  readonly coordinates: readonly Coordinate[];
}

/** `n`, `rate`, `timeout` */
export function labelAxis(field: string): string {
  return wordsOf(field).label;
}

/** `n = 16`; with more axes `n = 16, network = wan, rate = 1000`. */
export function wordCell({ coordinates }: Located): string {
  return coordinates.map(({ axis, text }) => `${labelAxis(axis)} = ${text}`).join(', ');
}

/** Whether these cells differ in size alone. */
export function isSizeAlone(cells: readonly Located[]): boolean {
  return cells.every(({ coordinates }) => coordinates.length < 2);
}

/** What one of these cells is called: a `size`, or a `combination` of values. */
export function nounOf(cells: readonly Located[]): 'size' | 'combination' {
  return isSizeAlone(cells) ? 'size' : 'combination';
}

/** Longer lists of combinations are cut: they stand in a sentence. */
const partsMax = 4;

/**
 * Several cells at once. Sizes are listed: `n = 4, 7`. With more axes only those are named that set
 * these cells apart from all: `n = 4 and 7, network = wan`; parts that no such words fit stand one
 * after the other.
 * @param group some of `all`, at least one
 * @param conjunction what stands before the last size where sizes are all there is
 */
export function wordCells(
  group: readonly Located[],
  all: readonly Located[],
  conjunction: ', ' | ' and ' = ', ',
): string {
  if (isSizeAlone(all)) return `n = ${enumerate(textsOf(group, sizeAxis), conjunction)}`;
  if (group.length === all.length && all.length > 1) return `all ${all.length} combinations`;
  const parts = splitToBoxes(group, all);
  const shown = parts.slice(0, partsMax).map((part) => wordBox(part, all));
  const left = parts.slice(partsMax).reduce((sum, part) => sum + part.length, 0);
  return [...shown, ...(left === 0 ? [] : [`${left} more`])].join('; ');
}

/** `4, 7 and 16` */
function enumerate(texts: readonly string[], conjunction: string): string {
  const last = texts.at(-1) ?? '';
  const rest = texts.slice(0, -1).join(', ');
  return rest === '' ? last : `${rest}${conjunction}${last}`;
}

/** In order of appearance, each once. */
function textsOf(cells: readonly Located[], axis: string): readonly string[] {
  return [...new Set(cells.map((cell) => textOf(cell, axis)))];
}

function textOf({ coordinates }: Located, axis: string): string {
  return coordinates.find((one) => one.axis === axis)?.text ?? '';
}

/** The values of some axes that every cell of a box has one of, and no other cell has all of. */
function wordBox(box: readonly Located[], all: readonly Located[]): string {
  const [only] = box;
  if (only === undefined) return '';
  if (box.length === 1) return wordCell(only);
  const narrow = axesOf(all).filter(
    (axis) => textsOf(box, axis).length < textsOf(all, axis).length,
  );
  const words = narrow.map(
    (axis) => `${labelAxis(axis)} = ${enumerate(textsOf(box, axis), ' and ')}`,
  );
  return words.length === 0 ? `all ${all.length} combinations` : words.join(', ');
}

/** Parts along one axis after the other, until each holds all cells between its sides. */
function splitToBoxes(
  group: readonly Located[],
  all: readonly Located[],
): readonly (readonly Located[])[] {
  if (group.length < 2 || isBox(group, all)) return [group];
  const splits = axesOf(all)
    .map((axis) => [...groupBy(group, (cell) => textOf(cell, axis)).values()])
    .filter((parts) => parts.length > 1)
    .map((parts) => ({ parts, left: parts.filter((part) => !isBox(part, all)).length }));
  // The one that comes closest to being done; of equals the one of fewer parts.
  const [best] = splits.sort((a, b) => a.left - b.left || a.parts.length - b.parts.length);
  // Without one all are at one place: of a plan that cannot be.
  return best === undefined ? [group] : best.parts.flatMap((part) => splitToBoxes(part, all));
}

function isBox(group: readonly Located[], all: readonly Located[]): boolean {
  const sides = axesOf(all).map((axis) => ({ axis, texts: new Set(textsOf(group, axis)) }));
  const inside = all.filter((cell) =>
    sides.every(({ axis, texts }) => texts.has(textOf(cell, axis))),
  );
  return inside.length === group.length;
}

function axesOf([first]: readonly Located[]): readonly string[] {
  return first?.coordinates.map(({ axis }) => axis) ?? [];
}
