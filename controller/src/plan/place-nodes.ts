/** Node indexes dealt out to parts of known sizes: blocks, in turn, or as a list says. Pure. */
import type { PlacementSpec } from '../model/placement.ts';

/**
 * @param nodes indexes, ascending
 * @param counts how many each part gets; together as many as there are nodes
 * @returns the nodes of each part, ascending
 */
export function dealNodes(
  nodes: readonly number[],
  counts: readonly number[],
  how: 'blocks' | 'round-robin',
): number[][] {
  return how === 'blocks' ? inBlocks(nodes, counts) : inTurn(nodes, counts);
}

function inBlocks(nodes: readonly number[], counts: readonly number[]): number[][] {
  let next = 0;
  return counts.map((count) => {
    next += count;
    return nodes.slice(next - count, next);
  });
}

/** Whoever is full is passed over: the last nodes go to the largest parts. */
function inTurn(nodes: readonly number[], counts: readonly number[]): number[][] {
  const parts = counts.map((): number[] => []);
  let turn = 0;
  for (const node of nodes) {
    while (isFull(parts, counts, turn)) turn = (turn + 1) % counts.length;
    parts[turn]?.push(node);
    turn = (turn + 1) % counts.length;
  }
  return parts;
}

function isFull(
  parts: readonly (readonly number[])[],
  counts: readonly number[],
  at: number,
): boolean {
  return (
    (parts[at]?.length ?? 0) >= (counts[at] ?? 0) &&
    parts.some((part, index) => part.length < (counts[index] ?? 0))
  );
}

/** How nodes are dealt where no list says it. */
export function dealingOf(placement: PlacementSpec | undefined): 'blocks' | 'round-robin' {
  return placement?.kind === 'round-robin' ? 'round-robin' : 'blocks';
}

/** Where in a list a name stands. */
export function positionsOf(name: string, list: readonly string[]): number[] {
  return [...list.keys()].filter((index) => list[index] === name);
}

/**
 * The nodes of a region by its parts: those of the region itself, then those of each group.
 * @param names `eu`, `eu/edge`, ...
 * @returns null if the list names no group of the region: then groups take their share of it
 */
export function listedIn(
  names: readonly string[],
  nodes: readonly number[],
  places: readonly string[],
): number[][] | null {
  if (!places.some((place) => names.indexOf(place) > 0)) return null;
  return names.map((name) => nodes.filter((node) => places[node] === name));
}

/** `eu` of `eu/edge` and of `eu`. */
export function regionOfPlace(place: string): string {
  return place.split('/')[0] ?? place;
}
