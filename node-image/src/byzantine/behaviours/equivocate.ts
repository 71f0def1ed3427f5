import { pickSome } from '../chance.ts';
import type { CreateInterceptor } from '../interceptor.ts';
import { lettersTo, replaced, shareOf } from '../letters.ts';

/** Who sees which of the two is drawn anew for every proposal. */
export const equivocate: CreateInterceptor = (context) => {
  const { others, chance, traitsOf, forger, deed } = context;
  const firstCount = shareOf(context, 0.5);
  return {
    say(letter) {
      const isForAll = letter.to === null && traitsOf(letter.message).role === 'proposal';
      if (!isForAll || firstCount === 0 || firstCount === others.length) return [letter];
      const other = forger.contradict?.(letter.message) ?? null;
      if (other === null) return [letter];
      const first = pickSome(others, firstCount, chance);
      const rest = others.filter((member) => !first.includes(member));
      return [...lettersTo(first, letter), ...lettersTo(rest, replaced(letter, other, deed()))];
    },
  };
};
