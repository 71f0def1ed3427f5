/** Who of a network breaks the rules from the start. Pure. */
import { createHash } from 'node:crypto';
import { createPrng, shuffle } from '../lib/prng.ts';
import type { ByzantineMembers, ByzantineSpec, NodeRole } from '../model/byzantine.ts';

/**
 * A function of seed and size alone, cut at the number asked for: of two cells that differ in the
 * share, the one with fewer has a part of the other's.
 * @returns ascending
 */
export function drawByzantine(
  spec: ByzantineSpec | undefined,
  nodeCount: number,
  seed: number,
): readonly number[] {
  if (spec === undefined) return [];
  const { members } = spec;
  if (members.kind === 'nodes') return members.nodes.filter((node) => node < nodeCount);
  const all = Array.from({ length: nodeCount }, (_, index) => index);
  const digest = createHash('sha256').update(`testbed-byzantine|${seed}|${nodeCount}`).digest();
  return shuffle(all, createPrng(digest.readUInt32BE(0)))
    .slice(0, numberOf(members, nodeCount))
    .sort((a, b) => a - b);
}

export function rolesOf(
  spec: ByzantineSpec | undefined,
  nodeCount: number,
  seed: number,
): (index: number) => NodeRole {
  if (spec === undefined) return () => 'honest';
  const drawn = new Set(drawByzantine(spec, nodeCount, seed));
  const role = { behaviours: spec.behaviours };
  return (index) => (drawn.has(index) ? role : 'honest');
}

/** Rounded down: never more than asked for. 29 % of 100 are 29, whatever 0.29 is in binary. */
export function wholeShare(ratio: number, nodeCount: number): number {
  return Math.floor(ratio * nodeCount + 1e-9);
}

function numberOf(members: Exclude<ByzantineMembers, { kind: 'nodes' }>, nodeCount: number) {
  return members.kind === 'count' ? members.count : wholeShare(members.ratio, nodeCount);
}
