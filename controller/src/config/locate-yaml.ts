/** From a path in a YAML document to the text that stands for it, through aliases and merges. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { Path } from './path.ts';

export type Range = readonly [from: number, to: number];

/** The key that takes the keys of other blocks in. */
export const mergeKey = '<<';

export interface Found {
  readonly range: Range;
  /** The aliases by which the path got there: what is wrong there is wrong at each of them. */
  readonly aliases: readonly Alias[];
}

/**
 * The value at `path`, or its key if `aim` is `key`; the innermost existing parent if there is
 * nothing at `path`. Of a key that is given twice, the last value is the one that was read.
 */
export function findRange(document: Document.Parsed, path: Path, aim: 'key' | 'value'): Found {
  const aliases: Alias[] = [];
  const enter = (node: unknown): unknown => {
    if (!isAlias(node)) return node;
    aliases.push(node);
    return node.resolve(document);
  };
  let node: unknown = document.contents;
  let range: Range = firstTokenOf(node) ?? [0, 1];
  for (const [depth, step] of path.entries()) {
    node = enter(node);
    const last = depth === path.length - 1;
    if (isMap(node)) {
      const pair = findPair(node, String(step), enter);
      if (pair === undefined) return { range, aliases };
      const keyRange = rangeOf(pair.key);
      node = pair.value;
      const valueRange = isNode(node) && !isEmptyScalar(node) ? rangeOf(node) : undefined;
      range = (last && aim === 'value' ? valueRange : undefined) ?? keyRange ?? valueRange ?? range;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      range = rangeOf(node) ?? range;
    } else return { range, aliases };
  }
  return { range, aliases };
}

/** More merges inside each other than anybody writes; a block may also merge itself. */
const mergesMax = 20;

function findPair(map: YAMLMap, key: string, enter: (node: unknown) => unknown): Pair | undefined {
  const search = (block: YAMLMap, depth: number): Pair | undefined => {
    const own = block.items.findLast((pair) => keyText(pair.key) === key);
    if (own !== undefined || depth === mergesMax) return own;
    const merged: unknown = block.items.findLast((pair) => keyText(pair.key) === mergeKey)?.value;
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const inner = isAlias(source) || isMap(source) ? enter(source) : undefined;
      const found = isMap(inner) ? search(inner, depth + 1) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(map, 0);
}

export function rangeOf(node: unknown): Range | undefined {
  if (!isNode(node) || !node.range) return undefined;
  return [node.range[0], node.range[1]];
}

export function isEmptyScalar(node: Node): boolean {
  return isScalar(node) && node.value === null;
}

/** Of a block, its first key: the whole of it would be underlined otherwise. */
function firstTokenOf(node: unknown): Range | undefined {
  if (isMap(node)) return rangeOf(node.items[0]?.key) ?? rangeOf(node);
  return rangeOf(node);
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value ?? '') : String(key);
}
