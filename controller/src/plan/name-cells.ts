/**
 * Short names of cells, made of their coordinates: `n16-wan-r1000`. A name depends on the cell's own
 * coordinates alone, so that another value leaves all others as they were; it is safe in names of
 * containers, files and metrics. Pure.
 */
import { createHash } from 'node:crypto';
import { assert } from '../lib/assert.ts';
import { type Coordinate, sizeAxis } from '../model/axis.ts';
import type { CellId } from '../model/ids.ts';
import { canonicalJson } from './canonical-json.ts';

/** It is a column of tables and a part of every container's name. */
const lengthMax = 32;

/** @returns one name for each cell, all different */
export function nameCells(cells: readonly (readonly Coordinate[])[]): CellId[] {
  const names = cells.map(nameCell);
  const uses = new Map<string, number>();
  for (const name of names) uses.set(name, (uses.get(name) ?? 0) + 1);
  const ids = names.map((name, index) => {
    const isAlone = uses.get(name) === 1 && name.length <= lengthMax;
    return (isAlone ? name : shortened(name, cells[index] ?? [])) as CellId;
  });
  assert(new Set(ids).size === ids.length, 'two cells with one name');
  return ids;
}

function nameCell(coordinates: readonly Coordinate[]): string {
  return coordinates.map(nameCoordinate).join('-');
}

/** Numbers get a letter or a word of their field, names speak for themselves. */
function nameCoordinate({ axis, value, text }: Coordinate): string {
  if (axis === sizeAxis) return `n${value}`;
  const word = safe(text);
  if (typeof value === 'string' && /^[a-z]/.test(word)) return word;
  const field = safe(axis.split('.').at(-1) ?? axis) || 'x';
  return `${/^m?\d/.test(word) && typeof value === 'number' ? initialOf(field) : field}${word}`;
}

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

function shortened(name: string, coordinates: readonly Coordinate[]): string {
  const plain = coordinates.map(({ axis, value, text }) => [axis, value, text]);
  const digest = createHash('sha256').update(canonicalJson(plain)).digest('hex').slice(0, 6);
  return `${name.slice(0, lengthMax - 7).replace(/[-_.]+$/, '')}-${digest}`;
}
