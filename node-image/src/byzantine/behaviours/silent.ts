import type { CreateInterceptor } from '../interceptor.ts';
import { nothing } from '../letters.ts';

/** Takes part in nothing, and knows everything. */
export const silent: CreateInterceptor = ({ omitted }) => ({
  say() {
    omitted();
    return nothing;
  },
});
