import type { CreateInterceptor } from '../interceptor.ts';
import { replaced } from '../letters.ts';

export const invalidCertificates: CreateInterceptor = ({ chance, traitsOf, forger, deed }) => ({
  say(letter) {
    const { role } = traitsOf(letter.message);
    if (role !== 'proposal' && role !== 'give-up') return [letter];
    const invalid = forger.invalidate?.(letter.message, chance) ?? null;
    return invalid === null ? [letter] : [replaced(letter, invalid, deed())];
  },
});
