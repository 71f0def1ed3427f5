import type { Message } from '../../../node-image/src/engine/chained/messages.ts';
import type { ChainedDefaults } from '../../../node-image/src/engine/chained/parameters.ts';
import {
  type ChainedDefinition,
  chainedProtocol,
} from '../../../node-image/src/engine/chained/protocol.ts';
import { hotstuffDefinition } from '../../../node-image/src/engine/hotstuff/protocol.ts';
import { jolteonDefinition } from '../../../node-image/src/engine/jolteon/protocol.ts';
import type { Subject } from '../subject.ts';
import { Coalition } from './coalition.ts';
import { ChainedHabits } from './habits.ts';

/** A chained protocol, or one that is broken on purpose, under the coalition's attacks. */
export function chainedSubject(
  definition: ChainedDefinition,
  changed: Partial<ChainedDefaults> = {},
): Subject<Message> {
  const { name, domain, rules, defaults } = definition;
  const { votes } = { ...defaults, ...changed };
  return {
    protocol: chainedProtocol(definition),
    parametersOf: (drawn) => ({ ...drawn, ...changed, protocol: name }),
    createAdversary: (options, world) => {
      const quorum = rules.quorumSize(options.committeeSize);
      return new Coalition({ ...options, domain, quorum, votes }, world);
    },
    createHabits: () => new ChainedHabits(),
  };
}

export const jolteonSubject = chainedSubject(jolteonDefinition);
export const hotstuffSubject = chainedSubject(hotstuffDefinition);

/** The other ways to rotate leaders and to send votes, each with one protocol. */
export const variants: Readonly<Record<string, Subject>> = {
  'jolteon, votes to all': chainedSubject(jolteonDefinition, { votes: 'all' }),
  'jolteon, fixed': chainedSubject(jolteonDefinition, { rotation: 'fixed' }),
  'jolteon, carousel': chainedSubject(jolteonDefinition, { rotation: 'carousel', votes: 'all' }),
  'hotstuff, carousel': chainedSubject(hotstuffDefinition, { rotation: 'carousel' }),
};
