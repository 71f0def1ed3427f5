import { type ChainedDefinition, chainedProtocol } from '../chained/protocol.ts';
import { hotstuffParameters } from './parameters.ts';
import { hotstuffRules } from './rules.ts';

/** Chained three-phase HotStuff; docs/consensus.md says what exactly. */
export const hotstuffDefinition: ChainedDefinition<typeof hotstuffParameters> = {
  name: 'hotstuff',
  title: 'chained three-phase HotStuff',
  domain: 'prsm-testbed/hotstuff/1',
  parameters: hotstuffParameters,
  rules: hotstuffRules,
  // Three rounds in a row must be certified. Were votes sent to the next leader, one dead member of
  // four would lose those of every third round, and nothing would ever commit.
  defaults: { rotation: 'round-robin', votes: 'all' },
};

export const hotstuff = chainedProtocol(hotstuffDefinition);
