import { pickSome } from '../chance.ts';
import type { CreateInterceptor } from '../interceptor.ts';

/** Of the others, where it is not told whom: a third. */
const shareDefault = 1 / 3;

/**
 * What members forward is their own clients', so whoever sends it tells whose it is: it is never
 * heard of. A proposal counts that could have held some of it; so does what clients of this member
 * itself handed in, which an honest one would have sent on.
 */
export const censor: CreateInterceptor = (context) => {
  const { behaviour, selfIndex, others, chance, traitsOf, deed, omitted } = context;
  const count = Math.max(1, Math.round(others.length * shareDefault));
  const censored = new Set(behaviour.nodes ?? pickSome(others, count, chance));
  let isHoldingBack = false;
  return {
    hear(input) {
      if (input.kind === 'submit' && censored.has(selfIndex)) {
        omitted();
        return null;
      }
      if (input.kind !== 'message' || !censored.has(input.from)) return input;
      if (traitsOf(input.message).role !== 'forward') return input;
      isHoldingBack = true;
      return null;
    },
    say(letter) {
      if (!isHoldingBack || traitsOf(letter.message).role !== 'proposal') return [letter];
      isHoldingBack = false;
      return [{ ...letter, deeds: [...letter.deeds, deed()] }];
    },
  };
};
