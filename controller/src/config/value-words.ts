/** Values in words of other tools, or of another kind than the field takes -> as they are written. */
import { regroup } from '../lib/unit-advice.ts';
import { plainKey } from './foreign-words.ts';
import type { Path } from './path.ts';

const synonyms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  distribution: { normal: 'gaussian gauss', fixed: 'constant none deterministic' },
  arrivals: { constant: 'uniform fixed deterministic periodic', poisson: 'exponential random' },
  runtime: { docker: 'container containers', process: 'local native host processes subprocess' },
  shaper: { netem: 'tc kernel', userspace: 'user proxy toxiproxy', none: 'off no' },
};

/** What a word of another tool is called here, of a field that takes one of some words. */
export function findSynonym(path: Path, value: string): string | undefined {
  const key = String(path.at(-1));
  const known = Object.hasOwn(synonyms, key) ? Object.entries(synonyms[key] ?? {}) : [];
  return known.find(([, words]) => words.split(' ').includes(plainKey(value)))?.[0];
}

/** `"1_000"` as a whole number, `yes` or `25%` as a truth value; undefined if that is not certain. */
export function rewrite(value: unknown, expected: string): string | undefined {
  if (expected === 'number' || expected === 'int') {
    if (typeof value !== 'string') return undefined;
    const digits = regroup(value.trim())?.text ?? value.trim();
    const [, number, thousands] = /^(\d{1,15})\s*(k?)$/i.exec(digits) ?? [];
    return number === undefined ? undefined : `${number}${thousands === '' ? '' : '000'}`;
  }
  if (expected !== 'boolean') return undefined;
  const text = String(value).toLowerCase();
  if (/^(no|off|n|none|never|0(\.0*)?\s*%?)$/.test(text)) return 'false';
  return /^(yes|on|y|always|\d+(\.\d+)?\s*%?)$/.test(text) ? 'true' : undefined;
}
