/** A key that is not known here -> the key that is meant, with its value as it is to be written. */
import type { Reading } from '../lib/unit-advice.ts';
import { numberText } from './fields.ts';
import { findBurstWord, findForeignWord, plainKey, splitUnit } from './foreign-words.ts';
import type { Path } from './parse-yaml.ts';
import type { RttRange } from './profile-schema.ts';
import { scenarioSchema } from './schema.ts';
import { schemaAt, shapeOf } from './schema-walk.ts';
import { settleIssues } from './settle-issues.ts';

export interface Translation {
  /** A clause: `write rtt: 80ms`, or why there is no such thing here. */
  readonly advice: string;
  /** The field that is meant; undefined if there is none. */
  readonly field: Path | undefined;
}

/** @param path of the key, which its block does not know */
export function translateKey(path: Path, value: unknown): Translation | undefined {
  const block = path.slice(0, -1);
  const typed = String(path.at(-1));
  const { key, unit } = splitUnit(typed);
  const field =
    (unit === '' ? undefined : ownField(key, block)) ?? meantField(plainKey(typed), block);
  const meant = field ?? meantField(key, block);
  if (meant === undefined) return undefined;
  if (typeof meant === 'string') return { advice: meant, field: undefined };
  const readings = readingsOf(meant, unit === '' ? value : withUnit(value, unit));
  return { advice: adviceFor(meant.path, block, readings), field: meant.path };
}

interface Meant {
  readonly path: Path;
  readonly isDelay: boolean;
}

/** A field of ours, or a clause that says why there is none. */
function meantField(key: string, block: Path): Meant | string | undefined {
  const burst = block.at(-1) === 'burst' ? findBurstWord(key) : undefined;
  if (burst !== undefined) return { path: [...block, burst], isDelay: false };
  const word = findForeignWord(key);
  if (word === undefined) return undefined;
  const { field, isOfProfile, isDelay, why } = word;
  if (why !== undefined) return why;
  const path = isOfProfile ? [...profileOf(block), ...field] : field;
  return { path, isDelay };
}

/** `warmup_s` is `warmup`, wherever that belongs. */
function ownField(key: string, block: Path): Meant | undefined {
  const home = [block, ...homes].find((one) => keysOf(one).includes(key));
  return home === undefined ? undefined : { path: [...home, key], isDelay: false };
}

const homes: readonly Path[] = [
  ['phases'],
  ['load'],
  ['resources'],
  ['engine'],
  ['engine', 'batch'],
  ['network', 'profile'],
];

/** The profile that a block is, or that belongs to it. */
function profileOf(block: Path): Path {
  for (let length = block.length; length > 0; length--) {
    const outer = block.slice(0, length);
    const keys = keysOf(outer);
    if (keys.includes('jitter')) return outer;
    if (keys.includes('profile') && outer[0] !== 'resources' && outer.at(-1) !== 'resources') {
      return [...outer, 'profile'];
    }
    if (keys.includes('add')) return [...outer, 'add'];
  }
  return ['network', 'profile'];
}

function keysOf(block: Path): string[] {
  const schema = schemaAt(scenarioSchema, block);
  return schema === undefined ? [] : Object.keys(shapeOf(schema) ?? {});
}

function withUnit(value: unknown, unit: string): unknown {
  if (typeof value === 'number') return `${numberText(value)}${unit}`;
  return typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? `${value}${unit}` : value;
}

type Written = Pick<Reading, 'text' | 'when'>;

/** The value as it is to be written at the field; none if that is not known. */
function readingsOf({ path, isDelay }: Meant, value: unknown): readonly Written[] {
  if (typeof value === 'object' || value === undefined) return [];
  // The tools that take a bare delay take it in milliseconds.
  const given = isDelay && typeof value === 'number' ? `${numberText(value)}ms` : value;
  const read = readAt(path, given);
  if (isDelay) return read.flatMap(({ text }) => delayReadings(path, text));
  return read;
}

/** As it stands if it is accepted there; otherwise what the field makes of it. */
function readAt(path: Path, value: unknown): readonly Written[] {
  const schema = schemaAt(scenarioSchema, path);
  if (schema === undefined) return [];
  const result = schema.safeParse(value);
  if (result.success) return [{ text: String(value) }];
  if (path[0] === 'nodes' && typeof value === 'number' && schema.safeParse([value]).success) {
    return [{ text: `[${value}]` }];
  }
  const readings = settleIssues(result.error.issues, value).flatMap((issue): Reading[] => {
    const found: unknown = issue.code === 'custom' ? issue.params?.readings : undefined;
    return Array.isArray(found) ? found : []; // made by our own fields only
  });
  return readings;
}

function delayReadings(path: Path, text: string): Written[] {
  const schema = schemaAt(scenarioSchema, path);
  const parsed = schema?.safeParse(text);
  if (parsed?.success !== true) return [];
  const { lowMs, highMs } = parsed.data as RttRange; // `rtt` of a profile is one
  const ends = [...new Set([lowMs * 2, highMs * 2])].map((ms) => Number(ms.toFixed(6)));
  const twice = `${ends.join('-')}ms`;
  const both = [
    { text: twice, when: `if ${text} is one way` },
    { text, when: 'if a ping shows it' },
  ];
  return both.filter((one) => schema?.safeParse(one.text).success);
}

/** `write loss: 1%`, with the block that it belongs to if that is another one. */
function adviceFor(path: Path, block: Path, readings: readonly Written[]): string {
  const isHere = block.every((step, index) => path[index] === step) && path.length > block.length;
  const inner = isHere ? path.slice(block.length) : path.slice(-1);
  const [first, ...others] = inner.map(String);
  const nest = (value: string): string =>
    others.length === 0
      ? `${first}: ${value}`
      : `${first}: {${others.join(': {')}: ${value}${'}'.repeat(others.length)}`;
  const home = path.slice(0, -1).join('.');
  const where = isHere ? '' : home === '' ? ' at the top level' : ` in "${home}"`;
  if (readings.length === 0) return `here it is ${inner.join('.')}${where}`;
  const parts = readings.map(
    ({ text, when }) => `${nest(text)}${when === undefined ? '' : ` ${when}`}`,
  );
  return `write ${parts.join(', ')}${where}`;
}
