import { type ChainedDefinition, chainedProtocol } from '../chained/protocol.ts';
import { jolteonParameters } from './parameters.ts';
import { jolteonRules } from './rules.ts';

/** Chained two-phase HotStuff (Jolteon, DiemBFT v4); docs/consensus.md says what exactly. */
export const jolteonDefinition: ChainedDefinition<typeof jolteonParameters> = {
  name: 'jolteon',
  title: 'chained two-phase HotStuff (Jolteon)',
  domain: 'prsm-testbed/jolteon/1',
  parameters: jolteonParameters,
  rules: jolteonRules,
  defaults: { rotation: 'round-robin', votes: 'next-leader' },
};

export const jolteon = chainedProtocol(jolteonDefinition);
