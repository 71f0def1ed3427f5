import type { CreateInterceptor } from '../interceptor.ts';
import { nothing } from '../letters.ts';

export const silentLeader: CreateInterceptor = ({ traitsOf, omitted }) => ({
  say(letter) {
    if (traitsOf(letter.message).role !== 'proposal') return [letter];
    omitted();
    return nothing;
  },
});
