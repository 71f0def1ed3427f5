import type { EngineParameters } from '../contract/index.ts';
import type { Crypto, DurableState, Engine } from './engine.ts';
import { Jolteon } from './jolteon.ts';
import { blockBytesMax, messageTransactionsMax } from './limits.ts';
import { jolteonRules, type SafetyRules } from './safety-rules.ts';

export interface JolteonOptions {
  /** Bound into every signature: messages of one chain mean nothing in another. */
  readonly chainId: string;
  readonly selfIndex: number;
  readonly committeeSize: number;
  readonly parameters: EngineParameters;
  /** What the last `persist` output held before a crash; null on the first start. */
  readonly restored: DurableState | null;
  /** Fixes which peers are asked for missing blocks, in which order. Any integer. */
  readonly peerChoiceSeed: number;
  /** How much committed history is kept to help others; default: 16,384 blocks, 128 MiB. */
  readonly retention?: { readonly blocksMax: number; readonly bytesMax: number };
}

export interface JolteonDependencies {
  readonly crypto: Crypto;
  /** The protocol's own by default; tests pass broken ones to see that the break shows. */
  readonly rules?: SafetyRules;
}

const defaultRetention = { blocksMax: 16_384, bytesMax: 128 * 1024 * 1024 };

/**
 * Chained two-phase HotStuff (Jolteon, DiemBFT v4); docs/consensus.md says what exactly.
 * @throws Error if the options contradict each other
 */
export function createJolteonEngine(
  options: JolteonOptions,
  dependencies: JolteonDependencies,
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
  return new Jolteon(
    {
      ...options,
      parameters: withinLimits(parameters),
      retention: options.retention ?? defaultRetention,
    },
    { crypto: dependencies.crypto, rules: dependencies.rules ?? jolteonRules },
  );
}

/** No block may be larger than what every receiver decodes, whatever the parameters say. */
export function withinLimits(parameters: EngineParameters): EngineParameters {
  return {
    ...parameters,
    batchTxMax: Math.min(parameters.batchTxMax, messageTransactionsMax),
    batchBytesMax: Math.min(parameters.batchBytesMax, blockBytesMax),
  };
}
