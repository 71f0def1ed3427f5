import type { CreateInterceptor } from '../interceptor.ts';
import { replaced } from '../letters.ts';

export const lyingTimeout: CreateInterceptor = ({ chance, traitsOf, forger, deed }) => ({
  say(letter) {
    if (traitsOf(letter.message).role !== 'give-up') return [letter];
    const lie = forger.understate?.(letter.message, chance) ?? null;
    return lie === null ? [letter] : [replaced(letter, lie, deed())];
  },
});
