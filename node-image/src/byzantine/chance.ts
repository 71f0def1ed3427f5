import type { Chance } from '../engine/seam/forger.ts';

/**
 * sfc32 (Doty-Humphrey, PractRand): the same numbers for the same seed and stream everywhere.
 * @param seed any integer; its low 32 bits count
 * @param stream tells apart what draws from one seed
 */
export function createChance(seed: number, stream: string): Chance {
  let a = seed | 0;
  let b = 0x9e3779b9;
  let c = 0x243f6a88;
  let counter = 1;
  for (const character of stream) b = Math.imul(b ^ (character.codePointAt(0) ?? 0), 0x01000193);
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 15; round++) next();
  return next;
}

/** Some of these, as many as asked for, each set as likely as any other; in ascending order. */
export function pickSome(items: readonly number[], count: number, chance: Chance): number[] {
  const rest = [...items];
  for (let at = rest.length - 1; at > 0; at--) {
    const other = Math.floor(chance() * (at + 1));
    const held = rest[at] as number; // in range by construction
    rest[at] = rest[other] as number;
    rest[other] = held;
  }
  return rest.slice(0, Math.max(0, count)).sort((x, y) => x - y);
}
