import type { CreateInterceptor, Letter } from '../interceptor.ts';
import { nothing } from '../letters.ts';

/**
 * Of the timeout: others may have been waiting since the proposal before, so that a vote's and a
 * proposal's way have to fit in as well.
 */
const timeoutShare = 0.75;

/** The worst that can be done without breaking a rule that anybody can see. */
export const delayLeader: CreateInterceptor = ({ behaviour, baseTimeoutMs, traitsOf, deed }) => {
  const delayMs = behaviour.delayMs ?? baseTimeoutMs * timeoutShare;
  /** In the order in which they leave. */
  const held: { readonly atMs: number; readonly letter: Letter }[] = [];
  return {
    say(letter, { nowMs }) {
      if (delayMs === 0 || traitsOf(letter.message).role !== 'proposal') return [letter];
      const late = { ...letter, deeds: [...letter.deeds, deed()] };
      held.push({ atMs: nowMs + delayMs, letter: late });
      return nothing;
    },
    act({ nowMs }) {
      const isStillHeld = held.findIndex(({ atMs }) => atMs > nowMs);
      const due = held.splice(0, isStillHeld < 0 ? held.length : isStillHeld);
      return due.map(({ letter }) => letter);
    },
    dueAtMs: () => held[0]?.atMs ?? Number.POSITIVE_INFINITY,
  };
};
