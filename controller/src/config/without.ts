/** A value with something taken out or put elsewhere, and the way back. */
import type { Path } from './path.ts';
import { isBlock, valueAt } from './value-at.ts';

export interface Reduced {
  readonly value: unknown;
  /** From a path in the copy to the same place in the whole. */
  restore(path: Path): Path;
}

/** A copy without what is at `paths`; what is required and gone gets a harmless stand-in. */
export function without(value: unknown, paths: readonly Path[]): Reduced {
  if (!isBlock(value)) return { value, restore: (path) => path };
  const copy = structuredClone(value);
  /** By the path of a list: where the elements that are left stood. */
  const left = new Map<string, number[]>();
  for (const path of paths) {
    const parent = valueAt(copy, path.slice(0, -1));
    const last = path.at(-1);
    const stand = standIn(path);
    if (isBlock(parent) && last !== undefined) {
      if (stand === undefined) delete parent[last];
      else parent[last] = stand;
    }
    if (Array.isArray(parent) && typeof last === 'number') {
      const key = JSON.stringify(path.slice(0, -1));
      const kept = left.get(key) ?? [...parent.keys()];
      left.set(
        key,
        kept.filter((index) => index !== last),
      );
    }
  }
  // The innermost first, so that paths to the outer ones still hold.
  const lists = [...left].sort(([a], [b]) => b.length - a.length);
  for (const [key, kept] of lists) {
    const list = valueAt(copy, JSON.parse(key) as Path); // made above
    if (Array.isArray(list)) list.splice(0, list.length, ...kept.map((index) => list[index]));
  }
  const restore = (path: Path): Path => {
    const whole: (string | number)[] = [];
    for (const step of path) {
      const kept = typeof step === 'number' ? left.get(JSON.stringify(whole)) : undefined;
      whole.push(typeof step === 'number' ? (kept?.[step] ?? step) : step);
    }
    return whole;
  };
  return { value: { name: 'stand-in', nodes: [4], ...copy }, restore };
}

/** What its neighbours, and its own name, are held against although it is wrong itself. */
function standIn([block, key, ...rest]: Path): unknown {
  if (block === 'network' && key === 'matrix' && rest.length === 2) return 'ideal';
  if (block === 'network' && key === 'groups' && rest.length === 2 && rest[1] === 'nodes') return 1;
  return block === 'timeline' && rest.length === 1 && rest[0] === 'at' ? '0s' : undefined;
}

/** Puts a value under another key, in place; false if it cannot stand there. */
export function move(root: unknown, from: Path, to: Path): boolean {
  const source = valueAt(root, from.slice(0, -1));
  const oldKey = from.at(-1);
  const newKey = to.at(-1);
  if (!isBlock(source) || oldKey === undefined || newKey === undefined) return false;
  let target: unknown = root;
  for (const step of to.slice(0, -1)) {
    if (typeof target !== 'object' || target === null) return false;
    const block = target as Record<string | number, unknown>; // an object, checked above
    if (!Object.hasOwn(block, step)) block[step] = {};
    target = block[step];
  }
  if (!isBlock(target)) return false;
  target[newKey] = source[oldKey];
  delete source[oldKey];
  return true;
}
