import { pickSome } from '../chance.ts';
import type { CreateInterceptor } from '../interceptor.ts';
import { lettersTo, receiversOf, shareOf } from '../letters.ts';

/** To the same ones for as long as it lasts: the others take this member for dead. */
export const selectiveSend: CreateInterceptor = (context) => {
  const { behaviour, others, chance, omitted } = context;
  const favoured = new Set(behaviour.nodes ?? pickSome(others, shareOf(context, 0.5), chance));
  return {
    say(letter) {
      const all = receiversOf(letter, others);
      const receivers = all.filter((member) => favoured.has(member));
      if (receivers.length === all.length) return [letter];
      omitted();
      return lettersTo(receivers, letter);
    },
  };
};
