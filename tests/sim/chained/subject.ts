import type { Message } from '../../../node-image/src/engine/chained/messages.ts';
import {
  type ChainedDefinition,
  chainedProtocol,
} from '../../../node-image/src/engine/chained/protocol.ts';
import { jolteonDefinition } from '../../../node-image/src/engine/jolteon/protocol.ts';
import type { Subject } from '../subject.ts';
import { Coalition } from './coalition.ts';
import { ChainedHabits } from './habits.ts';

/** A chained protocol, or one that is broken on purpose, under the coalition's attacks. */
export function chainedSubject(definition: ChainedDefinition): Subject<Message> {
  const { name, domain, rules } = definition;
  return {
    protocol: chainedProtocol(definition),
    parametersOf: (drawn) => ({ ...drawn, protocol: name }),
    createAdversary: (options, world) =>
      new Coalition({ ...options, domain, quorum: rules.quorumSize(options.committeeSize) }, world),
    createHabits: () => new ChainedHabits(),
  };
}

export const jolteonSubject = chainedSubject(jolteonDefinition);
