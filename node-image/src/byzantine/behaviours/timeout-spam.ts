import type { CreateInterceptor } from '../interceptor.ts';
import { nothing } from '../letters.ts';
import { createPace } from '../pace.ts';

const perSecDefault = 20;

/** No more than f can do so, and it takes f + 1 to make an honest member give up. */
export const timeoutSpam: CreateInterceptor = ({ behaviour, forger, deed }) =>
  createPace(behaviour.perSec ?? perSecDefault, ({ status }) => {
    const message = forger.giveUp?.(status()) ?? null;
    return message === null ? nothing : [{ to: null, message, deeds: [deed()] }];
  });
