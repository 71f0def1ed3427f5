/** Options of the command line put into a scenario's document; they stand in for what it says. Pure. */
import type { Override } from './override.ts';
import { putValue } from './put-value.ts';
import { isBlock, valueAt } from './value-at.ts';

export function applyOverrides(value: unknown, overrides: readonly Override[]): unknown {
  if (overrides.length === 0 || !isBlock(value)) return value;
  const copy = structuredClone(value);
  // In the file alone: two options that contradict each other are told.
  for (const override of overrides) makeWay(copy, override);
  for (const { path, value: given } of overrides) putValue(copy, path, given);
  return copy;
}

/** A field is given or varied: an option that says one takes the other out of the file. */
function makeWay(document: Record<string, unknown>, { path, value }: Override): void {
  const [first, field] = path;
  if (first === 'vary' && field !== undefined) {
    const given = field.split('.');
    const parent = valueAt(document, given.slice(0, -1));
    if (isBlock(parent)) delete parent[given.at(-1) ?? ''];
    return;
  }
  const name = path.join('.');
  const { vary, skip } = document;
  const isVaried = isBlock(vary) && Object.hasOwn(vary, name);
  if (isVaried) delete vary[name];
  const isGone = (skipped: unknown): boolean =>
    isVaried || (name === 'nodes' && Array.isArray(value) && !value.includes(skipped));
  if (!Array.isArray(skip)) return;
  document.skip = skip.filter(
    (block: unknown) => !(isBlock(block) && Object.hasOwn(block, name) && isGone(block[name])),
  );
}
