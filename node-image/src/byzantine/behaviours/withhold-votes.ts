import type { CreateInterceptor } from '../interceptor.ts';
import { nothing } from '../letters.ts';

export const withholdVotes: CreateInterceptor = ({ traitsOf, omitted }) => ({
  say(letter) {
    if (traitsOf(letter.message).role !== 'vote') return [letter];
    omitted();
    return nothing;
  },
});
