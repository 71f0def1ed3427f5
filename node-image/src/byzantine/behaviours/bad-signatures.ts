import type { CreateInterceptor } from '../interceptor.ts';
import { nothing } from '../letters.ts';
import { createPace } from '../pace.ts';

const perSecDefault = 20;

/** A flood: what it costs is the time in which the others find out. */
export const badSignatures: CreateInterceptor = ({ behaviour, chance, forger, deed }) =>
  createPace(behaviour.perSec ?? perSecDefault, ({ status }) => {
    const message = forger.missign?.(status(), chance) ?? null;
    return message === null ? nothing : [{ to: null, message, deeds: [deed()] }];
  });
