import type { ZodType } from 'zod';
import { TestbedError } from '../errors/testbed-error.ts';

/**
 * Turns the text of a reply into a value of the contract, or says what about it is not: node, path
 * and field, the field as a JSON pointer. Pure.
 */

/** What is wrong with one field of a reply. */
export interface FieldFault {
  /** JSON pointer (RFC 6901): `/counters/blocksCommitted`; empty for the whole reply. */
  readonly field: string;
  /** A phrase: what it is, and what it has to be. */
  readonly text: string;
}

export interface ReplySource {
  /** Name of the node. */
  readonly name: string;
  /** `GET /v1/results` */
  readonly request: string;
}

const FAULTS_TOLD = 3;
const FAULTS_KEPT = 10;
const VALUE_CHARS = 40;

/**
 * @param check what the shape cannot say: whether the fields agree with each other
 * @throws TestbedError NODE_CONTRACT
 */
export function parseReply<T>(
  source: ReplySource,
  text: string,
  schema: ZodType<T>,
  check: (reply: T) => readonly FieldFault[] = () => [],
): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TestbedError(
      'NODE_CONTRACT',
      `${source.name} answered ${source.request} with text that is not JSON: ${JSON.stringify(text.slice(0, VALUE_CHARS))}.`,
      {
        hint: 'Compare the node with docs/node-contract.md.',
        cause,
        details: { ...source, reply: text.slice(0, 200) },
      },
    );
  }
  const parsed = schema.safeParse(value);
  const faults = parsed.success
    ? check(parsed.data)
    : parsed.error.issues.map(({ path, message }) => ({
        field: pointerOf(path),
        text: `${show(valueAt(value, path))}, ${message}`,
      }));
  if (parsed.success && faults.length === 0) return parsed.data;
  throw outsideContract(source, faults);
}

export function outsideContract(source: ReplySource, faults: readonly FieldFault[]): TestbedError {
  const told = faults.slice(0, FAULTS_TOLD).map(({ field, text }) => `${field || '/'} is ${text}`);
  const more = faults.length - told.length;
  const rest = more > 0 ? `; and ${more} more` : '';
  return new TestbedError(
    'NODE_CONTRACT',
    `${source.name} answered ${source.request} outside the contract: ${told.join('; ')}${rest}.`,
    {
      hint: 'Compare the node with docs/node-contract.md.',
      details: { ...source, faults: faults.slice(0, FAULTS_KEPT) },
    },
  );
}

/** RFC 6901: `~` and `/` inside a name are escaped. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, part) =>
      typeof inside === 'object' && inside !== null
        ? (inside as Record<PropertyKey, unknown>)[part] // any JSON value, looked into by its own path
        : undefined,
    value,
  );
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return text.length > VALUE_CHARS ? `${text.slice(0, VALUE_CHARS)}...` : text;
}
