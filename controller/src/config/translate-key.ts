/** A key that is not known here -> the key that is meant, with its value as it is to be written. */
import type { Reading } from '../lib/unit-advice.ts';
import { numberText } from './fields.ts';
import { findBurstWord, findForeignWord, plainKey, splitUnit } from './foreign-words.ts';
import type { Path } from './path.ts';
import type { RttRange } from './profile-schema.ts';
import { scenarioSchema } from './schema.ts';
import { schemaAt, shapeOf } from './schema-walk.ts';
import { settleIssues } from './settle-issues.ts';
import { isBlock } from './value-at.ts';

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
  const ending = plainKey(typed).startsWith('percent') ? '%' : unit;
  const readings = readingsOf(meant, ending === '' ? value : withUnit(value, ending));
  const others = meant.isDelay && isBlock(value) && Object.keys(value).length > 1;
  const beside = others ? '; jitter and the like stand beside it' : '';
  return { advice: `${adviceFor(meant.path, block, readings)}${beside}`, field: meant.path };
}

interface Meant {
  readonly path: Path;
  readonly isDelay: boolean;
}

/** A field of ours, or a clause that says why there is none. */
function meantField(key: string, block: Path): Meant | string | undefined {
  // `loss: {percent: 5}`: a loss that is not in bursts is no block.
  if (block.at(-1) === 'loss' && /^(percent|percentage|loss|probability|ratio)$/.test(key)) {
    return { path: block, isDelay: false };
  }
  const burst = block.at(-1) === 'burst' ? findBurstWord(key) : undefined;
  if (burst !== undefined) return { path: [...block, burst], isDelay: false };
  const word = findForeignWord(key);
  if (word === undefined) return undefined;
  const { field, isOfProfile, isDelay, why } = word;
  if (why !== undefined) return why;
  if (isOfProfile) return { path: [...profileOf(block), ...field], isDelay };
  // A group has nodes and resources of its own.
  const own = keysOf(block);
  const last = field.at(-1) ?? '';
  const isOwn = own.includes(String(last)) && !own.includes('jitter');
  return { path: isOwn ? [...block, last] : field, isDelay };
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
  if (isDelay && isBlock(value)) return readingsOf({ path, isDelay }, mainDelay(value));
  if (typeof value === 'object' || value === undefined) return [];
  // The tools that take a bare delay take it in milliseconds.
  const given = isDelay && typeof value === 'number' ? `${numberText(value)}ms` : value;
  const read = readAt(path, given);
  if (isDelay) return read.flatMap(({ text }) => delayReadings(path, text));
  return read;
}

/** Of `{latency: 10ms, jitter: 1ms}` and `{time: 3000}`, as Chaos Mesh and Pumba have them. */
function mainDelay(block: Record<string, unknown>): unknown {
  const key = ['latency', 'delay', 'time', 'mean', 'ms'].find((one) => Object.hasOwn(block, one));
  const value = key === undefined ? undefined : block[key];
  return typeof value === 'object' ? undefined : value;
}

/** As it stands if it is accepted there; otherwise what the field makes of it. */
function readAt(path: Path, value: unknown): readonly Written[] {
  const schema = schemaAt(scenarioSchema, path);
  if (schema === undefined) return [];
  const result = schema.safeParse(value);
  if (result.success) return [{ text: String(value) }];
  const isCount = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
  if (isCount && schema.safeParse(Number(value)).success) return [{ text: String(value) }];
  if (isCount && schema.safeParse([Number(value)]).success) return [{ text: `[${value}]` }];
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
  if (highMs === 0) return [{ text }];
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
