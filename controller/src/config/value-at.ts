import type { Path } from './path.ts';

/** The value at a path of plain blocks and lists, or undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = (value as Record<string | number, unknown>)[step]; // an object, checked above
  }
  return value;
}

export function isPresent(root: unknown, path: Path): boolean {
  const parent = valueAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (last === undefined) return true;
  return typeof parent === 'object' && parent !== null && Object.hasOwn(parent, last);
}

/** A block of keys: neither a list nor a plain value. */
export function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
