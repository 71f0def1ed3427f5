import type { EngineDependencies, EngineOptions } from '../seam/protocol.ts';
import { blockBytesMax, messageTransactionsMax } from '../shared/limits.ts';
import { ChainedEngine } from './engine.ts';
import type { ChainedDefaults, ChainedParameters, ResolvedParameters } from './parameters.ts';
import type { ChainedRules } from './rules.ts';
import type { DurableState, Engine } from './seam.ts';

export type ChainedOptions = EngineOptions<ChainedParameters, DurableState>;

/** What makes one chained protocol of what they all share. */
export interface Flavour {
  /** What its signed statements start with: see shared/signed-statement.ts. */
  readonly domain: string;
  readonly rules: ChainedRules;
  /** Of the parameters that may be left out. */
  readonly defaults: ChainedDefaults;
}

/** @throws Error if the options contradict each other */
export function createChainedEngine(
  flavour: Flavour,
  options: ChainedOptions,
  dependencies: EngineDependencies,
): Engine {
  const { selfIndex, committeeSize, parameters } = options;
  if (!Number.isInteger(selfIndex) || selfIndex < 0 || selfIndex >= committeeSize) {
    throw new Error(`Node index ${selfIndex} is not in a committee of ${committeeSize}`);
  }
  if (parameters.idleDelayMs >= parameters.baseTimeoutMs / 3) {
    throw new Error(
      `idleDelayMs ${parameters.idleDelayMs} must be below a third of baseTimeoutMs ` +
        `${parameters.baseTimeoutMs}: an idle leader would be taken for a dead one`,
    );
  }
  return new ChainedEngine(
    { ...options, parameters: resolved(parameters, flavour.defaults) },
    { crypto: dependencies.crypto, ...flavour },
  );
}

/** No block may be larger than what every receiver decodes, whatever the parameters say. */
export function withinLimits(parameters: ChainedParameters): ChainedParameters {
  return {
    ...parameters,
    batchTxMax: Math.min(parameters.batchTxMax, messageTransactionsMax),
    batchBytesMax: Math.min(parameters.batchBytesMax, blockBytesMax),
  };
}

function resolved(parameters: ChainedParameters, defaults: ChainedDefaults): ResolvedParameters {
  return {
    ...withinLimits(parameters),
    rotation: parameters.rotation ?? defaults.rotation,
    votes: parameters.votes ?? defaults.votes,
  };
}
