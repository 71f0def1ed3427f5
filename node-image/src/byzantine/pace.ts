import type { Letter, Moment } from './interceptor.ts';
import { nothing } from './letters.ts';

/** Rounds of sending in one step, after a step that took long: what is more is left out. */
const roundsMax = 64;

/** Something done so many times a second, from the first step on. */
export interface Pace {
  act(moment: Moment): readonly Letter[];
  dueAtMs(): number;
}

/** @param send what is sent at one beat */
export function createPace(perSec: number, send: (moment: Moment) => readonly Letter[]): Pace {
  const everyMs = 1_000 / perSec;
  let nextMs: number | null = null;
  return {
    act(moment) {
      const { nowMs } = moment;
      let atMs = Math.max(nextMs ?? nowMs, nowMs - roundsMax * everyMs);
      if (perSec === 0 || nowMs < atMs) return nothing;
      const letters: Letter[] = [];
      for (; atMs <= nowMs; atMs += everyMs) letters.push(...send(moment));
      nextMs = atMs;
      return letters;
    },
    dueAtMs: () => nextMs ?? Number.POSITIVE_INFINITY,
  };
}
