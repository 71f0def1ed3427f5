/**
 * Short names of cells, made of their coordinates: `n16-wan-r1000`. A name depends on the cell's own
 * coordinates alone, so that another value leaves all others as they were; it is safe in names of
 * containers, files and metrics. Pure.
 */
import { createHash } from 'node:crypto';
import { assert } from '../lib/assert.ts';
import { quantityKey } from '../lib/read-quantity.ts';
import { unitNames } from '../lib/units.ts';
import { type Coordinate, sizeAxis } from '../model/axis.ts';
import type { CellId } from '../model/ids.ts';
import { canonicalJson } from './canonical-json.ts';

/** It is a column of tables and a part of every container's name. */
const lengthMax = 32;
/** How much is left of a word, or of a whole name, that needs a digest; and how much that takes. */
const wordLead = 12;
const digestLength = 6;
const nameDigestLength = 8;

/** @returns one name for each cell, all different */
export function nameCells(cells: readonly (readonly Coordinate[])[]): CellId[] {
  const ids = cells.map(nameCell);
  assert(new Set(ids).size === ids.length, 'two cells with one name');
  return ids as CellId[];
}

function nameCell(coordinates: readonly Coordinate[]): string {
  const name = coordinates.map(wordOf).join('-');
  if (name.length <= lengthMax) return name;
  const lead = name.slice(0, lengthMax - nameDigestLength - 1).replace(/[-_.]+$/, '');
  const own = coordinates.map(({ axis, text }) => [axis, text]);
  return `${lead}-${digestOf(own, nameDigestLength)}`;
}

/**
 * Numbers get a letter or a word of their field, names speak for themselves. Every word stands for
 * one text as it is; a text that only looks like it once it is made safe has a digest besides,
 * whether that other text is on the axis or not.
 */
function wordOf(coordinate: Coordinate): string {
  const { axis, value, text } = coordinate;
  if (axis === sizeAxis) return `n${value}`;
  const field = safe(axis.split('.').at(-1) ?? axis) || 'x';
  const initial = initialOf(field);
  const own = safe(text);
  const isName = /^[a-z]/.test(own);
  const isNumber = quantityKey(text) !== undefined && /^m?\d/.test(own);
  const word = isName ? own : `${isNumber ? initial : field}${own}`;
  const isNamesake = isName && [initial, field].some((lead) => /^m?\d/.test(tailOf(own, lead)));
  const meant = isName ? wordText(own, axis) : numberText(own);
  if (meant === text && !isNamesake) return word;
  // Images differ by what stands at their end.
  const part = axis === 'image' ? word.slice(-wordLead) : word.slice(0, wordLead);
  return `${part.replace(/^[_.]+|[_.]+$/g, '')}.${digestOf(text, digestLength)}`;
}

function digestOf(value: unknown, length: number): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, length);
}

/** What comes after `lead`; empty if it is not there. */
function tailOf(word: string, lead: string): string {
  return word.startsWith(lead) ? word.slice(lead.length) : '';
}

/** The one text that a word in letters stands for as it is: `round-robin`, or an image with its tag. */
function wordText(word: string, axis: string): string {
  const isTagged = axis === 'image';
  return word.replace(/_/g, (_, at: number) =>
    isTagged && at === word.lastIndexOf('_') ? ':' : '-',
  );
}

/** The same of a number or a range: `0.5`, `10Mbit`, `0.1%`, `200/s`, `50-100ms`. */
function numberText(word: string): string {
  const [, sign = '', digits = '', rest = ''] = /^(m?)([\d.]+)(.*)$/.exec(word) ?? [];
  const perSecond = rest.endsWith('_s') ? '/s' : '';
  const unit = perSecond === '' ? rest : rest.slice(0, -2);
  const below = sign === '' ? '' : '-';
  return below + digits + (unitsInNames.get(unit) ?? unit.replaceAll('_', '-')) + perSecond;
}

const unitsInNames = new Map(unitNames.map((unit) => [safe(unit), unit]));

/** `r` of rate, `mt` of min-timeout. */
function initialOf(field: string): string {
  return safe(field)
    .split(/[._]|(?<=.)-/)
    .map((word) => word.slice(0, 1))
    .join('');
}

function safe(text: string): string {
  return text
    .toLowerCase()
    .replace(/%/g, 'pct')
    .replace(/^-(?=\d)/, 'm')
    .replace(/[^a-z0-9.]+/g, '_')
    .replace(/^[_.]+|[_.]+$/g, '');
}
