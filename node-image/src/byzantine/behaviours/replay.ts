import type { EngineMessage } from '../../engine/seam/message.ts';
import type { CreateInterceptor } from '../interceptor.ts';
import { nothing } from '../letters.ts';
import { createPace } from '../pace.ts';

const perSecDefault = 20;
/** Remembered, of everybody's; small enough that blocks do not add up to much. */
const messagesMax = 256;

/** What it received goes on under its own name, as if it had made it. */
export const replay: CreateInterceptor = ({ behaviour, chance, deed }) => {
  const seen: EngineMessage[] = [];
  let count = 0;
  const remember = (message: EngineMessage): void => {
    seen[count++ % messagesMax] = message;
  };
  const pace = createPace(behaviour.perSec ?? perSecDefault, () => {
    const message = seen[Math.floor(chance() * seen.length)];
    return message === undefined ? nothing : [{ to: null, message, deeds: [deed()] }];
  });
  return {
    hear(input) {
      if (input.kind === 'message') remember(input.message);
      return input;
    },
    say(letter) {
      remember(letter.message);
      return [letter];
    },
    act: pace.act,
    dueAtMs: pace.dueAtMs,
  };
};
