/**
 * The merge key of YAML 1.1, which people go on writing: `{<<: *base, rtt: 80ms}` is everything of
 * base with another round trip. Own keys win, then earlier blocks.
 */
import { mergeKey } from './locate-yaml.ts';
import type { Path } from './path.ts';
import { isBlock } from './value-at.ts';

/**
 * Changes `root` in place.
 * @returns where a merge key holds no block; such keys are taken out as well
 */
export function mergeBlocks(root: unknown): Path[] {
  const wrong: Path[] = [];
  const seen = new Set<unknown>(); // aliases share blocks, and a block may contain itself
  const visit = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (Array.isArray(value)) {
      for (const [index, one] of value.entries()) visit(one, [...path, index]);
      return;
    }
    if (!isBlock(value)) return;
    for (const [key, one] of Object.entries(value)) visit(one, [...path, key]);
    if (!Object.hasOwn(value, mergeKey)) return;
    const merged = value[mergeKey];
    const sources = Array.isArray(merged) ? merged : [merged];
    delete value[mergeKey];
    if (!sources.every(isBlock)) wrong.push([...path, mergeKey]);
    for (const source of sources.filter(isBlock)) takeIn(value, source);
  };
  visit(root, []);
  return wrong;
}

function takeIn(block: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(source)) {
    if (Object.hasOwn(block, key) || key === mergeKey) continue;
    // Assigning `__proto__` would not make a key.
    Object.defineProperty(block, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
}
