import type { EngineDependencies } from '../seam/protocol.ts';
import { blockBytesMax, messageTransactionsMax } from '../shared/limits.ts';
import type { PbftOptions } from './core.ts';
import { windowIntervals } from './parameters.ts';
import { Pbft } from './pbft.ts';
import { pbftRules, type SafetyRules } from './rules.ts';

/**
 * A PBFT replica; docs/consensus.md says what exactly.
 * @param dependencies.rules the protocol's own by default; tests pass broken ones
 * @throws Error if the options contradict each other
 */
export function createPbftEngine(
  options: PbftOptions,
  dependencies: EngineDependencies & { readonly rules?: SafetyRules },
): Pbft {
  const { selfIndex, committeeSize, parameters } = options;
  if (!Number.isInteger(selfIndex) || selfIndex < 0 || selfIndex >= committeeSize) {
    throw new Error(`Node index ${selfIndex} is not in a committee of ${committeeSize}`);
  }
  const { slotsInFlight, checkpointSlots } = parameters;
  if (slotsInFlight > windowIntervals * checkpointSlots) {
    throw new Error(
      `slotsInFlight ${slotsInFlight} must be at most ${windowIntervals} * checkpointSlots ` +
        `${checkpointSlots}: no more slots are taken part in before a checkpoint is stable`,
    );
  }
  // No block may be larger than what every receiver decodes, whatever the parameters say.
  const withinLimits = {
    ...parameters,
    batchTxMax: Math.min(parameters.batchTxMax, messageTransactionsMax),
    batchBytesMax: Math.min(parameters.batchBytesMax, blockBytesMax),
  };
  return new Pbft(
    { ...options, parameters: withinLimits },
    { crypto: dependencies.crypto, rules: dependencies.rules ?? pbftRules },
  );
}
