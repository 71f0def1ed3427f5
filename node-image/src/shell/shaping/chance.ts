import { hash } from 'node:crypto';

/** Uniform in [0, 1), in steps of 2^-32. */
export type Chance = () => number;

/** sfc32 (Doty-Humphrey, PractRand), its state drawn from the key: same key, same numbers. */
export function createChance(key: string): Chance {
  const state = hash('sha256', key, 'buffer');
  let a = state.readUInt32BE(0);
  let b = state.readUInt32BE(4);
  let c = state.readUInt32BE(8);
  let counter = 1;
  return () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}
