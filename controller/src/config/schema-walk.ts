/** From a path in a scenario file to what the schema says about it: notes, known keys, branches. */
import { z } from 'zod';
import type { FieldNotes } from './fields.ts';

/** The notes of a field, or undefined for one without (list elements inherit from their list). */
export function notesOf(schema: z.ZodType): FieldNotes | undefined {
  const meta = schema.meta();
  if (meta === undefined || typeof meta.description !== 'string') return undefined;
  const form = meta.form;
  if (typeof form !== 'string') return undefined;
  const defaultText = typeof meta.defaultText === 'string' ? meta.defaultText : undefined;
  return {
    description: meta.description,
    form,
    ...(defaultText === undefined ? {} : { defaultText }),
  };
}

/**
 * The fields of a block, inside defaults and optionals; of the block among alternatives. Undefined
 * if it is no block of known keys.
 */
export function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  for (const branch of branchesOf(schema)) {
    // zod types the shape with its core types; every member was made by ours as a ZodType.
    if (branch instanceof z.ZodObject) return branch.shape as Record<string, z.ZodType>;
  }
  return undefined;
}

/** Whether nothing but a block of known keys can stand there. */
export function isBlockOnly(schema: z.ZodType): boolean {
  return branchesOf(schema).every((branch) => branch instanceof z.ZodObject);
}

/** Whether a block of names that the scenario makes up itself can stand there. */
export function isNamesBlock(schema: z.ZodType): boolean {
  return branchesOf(schema).some((branch) => branch instanceof z.ZodRecord);
}

/** The field at a path; a name after a list without an index is one of its elements' keys. */
export function schemaAt(
  root: z.ZodType,
  path: readonly (string | number)[],
): z.ZodType | undefined {
  let schema: z.ZodType | undefined = root;
  for (const key of path) {
    if (schema === undefined) return undefined;
    schema = step(schema, key);
  }
  return schema;
}

/** The alternatives of a union, or the schema alone; without what is only around it. */
function branchesOf(schema: z.ZodType): readonly z.ZodType[] {
  let inner: unknown = schema;
  while (
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodOptional
  ) {
    inner = inner.unwrap();
  }
  // As above: members of a union are ours.
  if (inner instanceof z.ZodUnion) return (inner.options as z.ZodType[]).flatMap(branchesOf);
  return inner instanceof z.ZodType ? [inner] : [];
}

function step(schema: z.ZodType, key: string | number): z.ZodType | undefined {
  for (const branch of branchesOf(schema)) {
    const found = stepInto(branch, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function stepInto(branch: z.ZodType, key: string | number): z.ZodType | undefined {
  // As above: what unions, lists and blocks are made of is ours.
  if (typeof key === 'number') {
    return branch instanceof z.ZodArray ? (branch.element as z.ZodType) : undefined;
  }
  if (branch instanceof z.ZodArray) return step(branch.element as z.ZodType, key);
  if (branch instanceof z.ZodRecord) return branch.valueType as z.ZodType;
  const shape = branch instanceof z.ZodObject ? (branch.shape as Record<string, z.ZodType>) : {};
  return Object.hasOwn(shape, key) ? shape[key] : undefined;
}
