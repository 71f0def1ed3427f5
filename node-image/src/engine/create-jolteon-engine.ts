import type { EngineParameters } from '../contract/index.ts';
import type { Crypto, DurableState, Engine } from './engine.ts';

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
  /** How much committed history is kept to help others; the defaults suit a node of 512 MiB. */
  readonly retention?: { readonly blocksMax: number; readonly bytesMax: number };
}

export interface JolteonDependencies {
  readonly crypto: Crypto;
}

/**
 * Chained two-phase HotStuff (Jolteon, DiemBFT v4); docs/consensus.md says what exactly.
 * @throws Error if the options contradict each other (index out of range, idle delay too long)
 */
export function createJolteonEngine(
  options: JolteonOptions,
  dependencies: JolteonDependencies,
): Engine {
  throw new Error(`Under construction: ${options.chainId} ${typeof dependencies.crypto}`);
}
