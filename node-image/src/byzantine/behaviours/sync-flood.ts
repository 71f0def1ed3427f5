import type { CreateInterceptor } from '../interceptor.ts';
import { nothing } from '../letters.ts';
import { createPace } from '../pace.ts';

const perSecDefault = 20;

/** A request is small and its answer large: that is the whole attack. */
export const syncFlood: CreateInterceptor = ({ behaviour, chance, forger, deed }) =>
  createPace(behaviour.perSec ?? perSecDefault, () => {
    const message = forger.request?.(chance) ?? null;
    return message === null ? nothing : [{ to: null, message, deeds: [deed()] }];
  });
