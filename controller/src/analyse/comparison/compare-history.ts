import { assert } from '../../lib/assert.ts';
import { mean, standardDeviation } from '../describe.ts';
import { studentTQuantile } from '../student-t.ts';
import { testOf } from './compare-blocks.ts';
import type { Effect } from './effect.ts';

/** Comparable sessions of the past from which on a new one is held against them. */
export const sessionsMin = 5;
/** No history is taken to be steadier than 2 %: five equal sessions are luck. */
export const spreadFloor = 0.02;

export interface History {
  /** Mean of the repetitions of each earlier session, > 0, length >= 2. */
  readonly sessions: readonly number[];
  /** Spread inside the candidate's session on logarithms, as an error of its mean; 0 if unknown. */
  readonly withinSpread: number;
  /** `spreadFloor` unless a test wants the bare formula. */
  readonly floor: number;
}

/**
 * Is a new session one more of the same? t = (m - mu) / (max(s, s_w, floor) sqrt(1 + 1/k)) with k - 1
 * degrees of freedom over the logarithms of k earlier sessions: the session is the unit, so more
 * repetitions inside it make no claim stronger.
 * @param candidate mean of the new session, > 0
 */
export function compareHistory(candidate: number, history: History): Effect {
  const { center, error, spread, count } = predict(history);
  const shift = Math.log(candidate) - center;
  return {
    design: 'history',
    ratio: Math.exp(shift),
    count,
    ...testOf(shift, error, count - 1),
    spread,
  };
}

/** The 95 % interval that a further session of the same would fall into. */
export function predictSession(history: History): { readonly low: number; readonly high: number } {
  const { center, error, count } = predict(history);
  const half = studentTQuantile(0.975, count - 1) * error;
  return { low: Math.exp(center - half), high: Math.exp(center + half) };
}

function predict({ sessions, withinSpread, floor }: History): {
  readonly center: number;
  readonly error: number;
  readonly spread: number;
  readonly count: number;
} {
  assert(sessions.length > 1 && sessions.every((value) => value > 0), 'two sessions > 0');
  const logs = sessions.map(Math.log);
  const count = logs.length;
  const spread = Math.max(standardDeviation(logs), withinSpread, floor);
  return { center: mean(logs), error: spread * Math.sqrt(1 + 1 / count), spread, count };
}
