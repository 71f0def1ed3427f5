/** A value put into a scenario's document, at a place that may not be there yet. Pure. */
import { profileNames } from './ready-profiles.ts';
import { isBlock } from './value-at.ts';

/** Blocks that a word can stand for. */
const wordBlocks = ['network', 'resources', 'topology'];

/**
 * In place; words that stand for a block are written out where something goes inside. A value that is
 * no block is left as it is: whoever checks the document has to say so.
 */
export function putValue(
  root: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
): void {
  let parent = root;
  for (const [depth, step] of path.slice(0, -1).entries()) {
    const inner = Object.hasOwn(parent, step) ? parent[step] : undefined;
    const isWord = typeof inner === 'string' && wordBlocks.includes(path[0] ?? '');
    let next: Record<string, unknown>;
    if (isBlock(inner)) next = inner;
    else if (isWord) next = inFull(inner, path.slice(0, depth + 1));
    else if (inner === undefined || inner === null) next = {};
    else return;
    parent[step] = next;
    parent = next;
  }
  parent[path.at(-1) ?? ''] = value;
}

/** Whether a document says something at this place, words that stand for a block written out. */
export function isSaid(root: Record<string, unknown>, path: readonly string[]): boolean {
  let parent = root;
  for (const [depth, step] of path.slice(0, -1).entries()) {
    const inner = Object.hasOwn(parent, step) ? parent[step] : undefined;
    if (isBlock(inner)) parent = inner;
    else if (typeof inner === 'string' && wordBlocks.includes(path[0] ?? '')) {
      parent = inFull(inner, path.slice(0, depth + 1));
    } else return false;
  }
  return Object.hasOwn(parent, path.at(-1) ?? '');
}

/**
 * The block that a word stands for: `topology: mesh` for one of that kind, `network: wan` and `resources: light` for one with that
 * profile; further inside, `wan` for a profile that is like it, `80ms` for one of that round trip.
 */
function inFull(word: string, path: readonly string[]): Record<string, unknown> {
  if (path[0] === 'topology') return { kind: word };
  if (path.length === 1) return { profile: word };
  return profileNames.some((name) => name === word) ? { like: word } : { rtt: word };
}

/** Steps that no field has, and that would reach behind the values. */
export function isHostileStep(step: string): boolean {
  return step === '__proto__' || step === 'constructor' || step === 'prototype';
}
