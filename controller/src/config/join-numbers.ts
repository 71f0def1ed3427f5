/**
 * In braces and brackets a comma ends a value: `{rate: 1,000}` is a rate of 1 and a key `000`. What
 * was meant is one number, so it is told once, and read as one for everything else.
 */
import {
  type Document,
  isScalar,
  type Pair,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { regroup } from '../lib/unit-advice.ts';

export interface TornNumber {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** Changes the document: torn numbers become whole. */
export function joinNumbers(document: Document.Parsed): TornNumber[] {
  const found: TornNumber[] = [];
  visit(document, {
    Map: (_key, map) => void found.push(...joinPairs(map)),
    Seq: (_key, seq) => void found.push(...joinItems(seq)),
  });
  return found;
}

const head = /^\d[\d.]*$/;

function joinPairs(map: YAMLMap): TornNumber[] {
  if (map.flow !== true) return [];
  const found: TornNumber[] = [];
  for (const [index, { value }] of [...map.items.entries()].reverse()) {
    if (!isPlain(value) || !head.test(value.source)) continue;
    const others = map.items.slice(index + 1);
    const end = others.findIndex((pair) => !isTail(pair));
    const tails = others.slice(0, end === -1 ? others.length : end).map(({ key }) => key);
    const torn = join(value, tails.filter(isPlain));
    if (torn === undefined) continue;
    map.items.splice(index + 1, tails.length);
    found.unshift(torn);
  }
  return found;
}

/** A key of digits, perhaps with a unit, and nothing behind it. */
function isTail({ key, value }: Pair): boolean {
  const isEmpty =
    value === null || value === undefined || (isScalar(value) && value.value === null);
  return isEmpty && isPlain(key) && /^\d+(\.\d+)?\s*[A-Za-z%/]*$/.test(key.source);
}

/** Two sizes may well follow each other; `1,000` may not, since no size starts with a zero. */
function joinItems(seq: YAMLSeq): TornNumber[] {
  if (seq.flow !== true) return [];
  const found: TornNumber[] = [];
  for (const [index, item] of [...seq.items.entries()].reverse()) {
    const next = seq.items[index + 1];
    if (!isPlain(item) || !isPlain(next)) continue;
    if (!/^\d{1,3}$/.test(item.source) || !/^0\d\d$/.test(next.source)) continue;
    const torn = join(item, [next]);
    if (torn === undefined) continue;
    seq.items.splice(index + 1, 1);
    found.unshift(torn);
  }
  return found;
}

interface PlainScalar extends Scalar {
  source: string;
}

function isPlain(node: unknown): node is PlainScalar {
  return isScalar(node) && node.type === 'PLAIN' && typeof node.source === 'string';
}

function join(first: PlainScalar, tails: readonly PlainScalar[]): TornNumber | undefined {
  const last = tails.at(-1);
  if (last === undefined) return undefined;
  const meant = regroup([first, ...tails].map(({ source }) => source).join(','));
  const [from] = first.range ?? [];
  const [, to] = last.range ?? [];
  if (meant === undefined || from === undefined || to === undefined) return undefined;
  const { text, flaw } = meant;
  first.value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  first.source = text;
  first.range = [from, to, to];
  return { from, to, message: `a comma ends a value here, and ${flaw}; write ${text}` };
}
