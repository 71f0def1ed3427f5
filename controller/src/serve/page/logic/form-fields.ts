/**
 * The form of a scenario, made from its JSON schema: what a field is, and what it may hold. What has
 * no simple control (events, links, what is varied) is a piece of YAML in a field of its own. Pure.
 */

export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

interface FieldWords {
  readonly path: readonly string[];
  /** The key itself: it is what messages and files call it. */
  readonly label: string;
  readonly description: string;
  /** What holds where nothing is written; empty if there is no such value. */
  readonly fallback: string;
  readonly isRequired: boolean;
}

export type Field = FieldWords &
  (
    | { readonly kind: 'choice'; readonly options: readonly string[] }
    | { readonly kind: 'number'; readonly minimum: number | null; readonly maximum: number | null }
    | { readonly kind: 'switch' }
    | { readonly kind: 'text'; readonly takesNumbers: boolean }
    /** `4, 7, 10` */
    | { readonly kind: 'list' }
    /** Any YAML that fits. */
    | { readonly kind: 'yaml' }
    | { readonly kind: 'group'; readonly fields: readonly Field[] }
    /** One word, or a block with fields of its own. */
    | {
        readonly kind: 'either';
        readonly options: readonly string[];
        readonly fields: readonly Field[];
      }
  );

export function listFields(schema: Schema): Field[] {
  return fieldsOf(schema, [], schema.$defs ?? {});
}

type Definitions = Readonly<Record<string, Schema>>;

function fieldsOf(schema: Schema, path: readonly string[], definitions: Definitions): Field[] {
  const required = schema.required ?? [];
  return Object.entries(schema.properties ?? {}).map(([key, raw]) => {
    const own = resolve(raw, definitions);
    const words: FieldWords = {
      path: [...path, key],
      label: key,
      description: own.description ?? '',
      fallback: tellFallback(own.default),
      isRequired: required.includes(key),
    };
    return { ...words, ...controlOf(own, words.path, definitions) } as Field;
  });
}

type Control = Field extends infer F
  ? F extends Field
    ? Omit<F, keyof FieldWords>
    : never
  : never;

function controlOf(schema: Schema, path: readonly string[], definitions: Definitions): Control {
  const { type, anyOf, items, minimum = null, maximum = null } = schema;
  const options = wordsOf(schema);
  if (options !== null) return { kind: 'choice', options };
  if (schema.properties !== undefined)
    return { kind: 'group', fields: fieldsOf(schema, path, definitions) };
  if (type === 'boolean') return { kind: 'switch' };
  if (type === 'integer' || type === 'number') return { kind: 'number', minimum, maximum };
  if (type === 'array' && items !== undefined && resolve(items, definitions).type === 'integer')
    return { kind: 'list' };
  if (type === 'string' || isNumberOrText(type)) {
    return { kind: 'text', takesNumbers: type !== 'string' };
  }
  return anyOf === undefined ? { kind: 'yaml' } : eitherOf(anyOf, path, definitions);
}

/** A ready word or a block: else it is YAML. */
function eitherOf(
  anyOf: readonly Schema[],
  path: readonly string[],
  definitions: Definitions,
): Control {
  const branches = anyOf.map((branch) => resolve(branch, definitions));
  const options = branches.flatMap((branch) => wordsOf(branch) ?? []);
  const block = branches.find(({ properties }) => properties !== undefined);
  if (options.length === 0 || block === undefined) return { kind: 'yaml' };
  return { kind: 'either', options, fields: fieldsOf(block, path, definitions) };
}

function wordsOf(schema: Schema): readonly string[] | null {
  if (typeof schema.const === 'string') return [schema.const];
  return schema.enum?.every((word) => typeof word === 'string') ? (schema.enum as string[]) : null;
}

const isNumberOrText = (type: Schema['type']): boolean =>
  Array.isArray(type) &&
  type.every((word: string) => ['number', 'integer', 'string'].includes(word));

/** What stands at the field goes over what it refers to: the description there is the field's own. */
function resolve(schema: Schema, definitions: Definitions): Schema {
  const { $ref, ...own } = schema;
  if ($ref === undefined) return schema;
  const target = definitions[$ref.split('/').at(-1) ?? ''];
  return target === undefined ? own : { ...resolve(target, definitions), ...own };
}

function tellFallback(value: unknown): string {
  if (value === undefined || value === '') return '';
  return typeof value === 'object' ? '' : String(value);
}
