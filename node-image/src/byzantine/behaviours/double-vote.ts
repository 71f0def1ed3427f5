import type { CreateInterceptor } from '../interceptor.ts';
import { replaced } from '../letters.ts';

/** Whoever gets a vote gets another one as well, for something that excludes it. */
export const doubleVote: CreateInterceptor = ({ traitsOf, forger, deed }) => ({
  say(letter) {
    if (traitsOf(letter.message).role !== 'vote') return [letter];
    const other = forger.contradict?.(letter.message) ?? null;
    return other === null ? [letter] : [letter, replaced(letter, other, deed())];
  },
});
