/**
 * Names that a block of names would lose without a word: zod leaves the key `__proto__` of a record
 * out, because a plain object could not hold it safely.
 */
import type { Path } from './path.ts';
import { scenarioSchema } from './schema.ts';
import { isNamesBlock, schemaAt } from './schema-walk.ts';
import { isBlock } from './value-at.ts';

const lost = '__proto__';

/** The paths of such names. The depth is that of the schema, so a value may contain itself. */
export function findLostNames(value: unknown, path: Path = []): Path[] {
  if (!isBlock(value)) return [];
  const schema = schemaAt(scenarioSchema, path);
  if (schema === undefined) return [];
  const own = isNamesBlock(schema) && Object.hasOwn(value, lost) ? [[...path, lost]] : [];
  const inner = Object.entries(value).flatMap(([key, one]) => findLostNames(one, [...path, key]));
  return [...own, ...inner];
}
