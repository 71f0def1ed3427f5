import type { Coordinate } from '../../model/axis.ts';

/** What has a place on axes. */
interface Placed {
  readonly coordinates: readonly Coordinate[];
}

/** Cells that belong together: those of one with those of the other at the same values. */
export interface PairGroup<T> {
  readonly a: readonly T[];
  readonly b: readonly T[];
}

/**
 * Groups by the values on the axes that both have, in the order of `a`; in whatever order either
 * names its axes. An axis that only one has makes several of a value.
 */
export function pairCells<T extends Placed>(
  a: readonly T[],
  b: readonly T[],
): readonly PairGroup<T>[] {
  const shared = axesOf(a).filter((axis) => axesOf(b).includes(axis));
  const [ofA, ofB] = [byValues(a, shared), byValues(b, shared)];
  const keys = [...new Set([...ofA.keys(), ...ofB.keys()])];
  return keys.map((key) => ({ a: ofA.get(key) ?? [], b: ofB.get(key) ?? [] }));
}

/** Groups of cells that differ in nothing but their value on one axis. */
export function cellsAlong<T extends Placed>(
  cells: readonly T[],
  axis: string,
): readonly (readonly T[])[] {
  const others = axesOf(cells).filter((one) => one !== axis);
  return [...byValues(cells, others).values()];
}

export function valueOn({ coordinates }: Placed, axis: string): string | undefined {
  return coordinates.find((one) => one.axis === axis)?.text;
}

function axesOf(cells: readonly Placed[]): readonly string[] {
  return [...new Set(cells.flatMap(({ coordinates }) => coordinates.map(({ axis }) => axis)))];
}

function byValues<T extends Placed>(
  cells: readonly T[],
  axes: readonly string[],
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const cell of cells) {
    const key = JSON.stringify(axes.map((axis) => valueOn(cell, axis) ?? null));
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return groups;
}
