import type { CreateInterceptor } from '../interceptor.ts';
import { replaced } from '../letters.ts';

export const staleCertificate: CreateInterceptor = ({ chance, traitsOf, forger, deed }) => ({
  say(letter) {
    if (traitsOf(letter.message).role !== 'proposal') return [letter];
    const stale = forger.makeStale?.(letter.message, chance) ?? null;
    return stale === null ? [letter] : [replaced(letter, stale, deed())];
  },
});
