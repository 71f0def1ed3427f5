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
  let nextMs = Number.NEGATIVE_INFINITY;
  return {
    act(moment) {
      const { nowMs } = moment;
      if (perSec === 0 || nowMs < nextMs) return nothing;
      nextMs = Math.max(nextMs, nowMs - roundsMax * everyMs);
      const letters: Letter[] = [];
      for (; nextMs <= nowMs; nextMs += everyMs) letters.push(...send(moment));
      return letters;
    },
    dueAtMs: () => (perSec === 0 ? Number.POSITIVE_INFINITY : nextMs),
  };
}
