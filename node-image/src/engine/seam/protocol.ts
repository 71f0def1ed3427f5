import type { ZodType } from 'zod';
import type { Crypto } from './crypto.ts';
import type { Engine } from './engine.ts';
import type { Forger } from './forger.ts';
import type { EngineMessage, LinkTraits, MessageTraits } from './message.ts';
import type { ScenarioFields } from './scenario-field.ts';

/**
 * A consensus protocol as the rest of the node sees it: one folder, one line in registry.ts.
 * Methods, not function properties: so that a `Protocol` of particular messages is one of any.
 */
export interface Protocol<
  M extends EngineMessage = EngineMessage,
  S = unknown,
  H = unknown,
  P extends SharedParameters = SharedParameters,
> {
  /** As scenarios write it: `engine.protocol`. */
  readonly name: string;
  /** One line for `--help`, docs and plans. */
  readonly title: string;
  /** Of `Configure.engine`, `protocol` included; all times in milliseconds, defaults filled in. */
  readonly parameters: ZodType<P>;
  /** What its parameters are beside the shared ones, as scenarios write them. */
  readonly scenarioFields: ScenarioFields;
  /** @throws Error if the options contradict each other */
  create(options: EngineOptions<P, S>, dependencies: EngineDependencies): Engine<M, S, H>;
  traitsOf(message: M): MessageTraits;
  /** Of the body of a frame, from its first byte: for relays, which do not decode it. Null: not one. */
  linkTraitsOf(body: Uint8Array): LinkTraits | null;
  /**
   * The body of a frame, a copy of its own. Its first byte is neither 0, the transport's hello, nor
   * 0x80 and above, which belong to overlay and probes.
   */
  encode(message: M): Uint8Array;
  /** Views into the body: nothing is copied. @throws DecodeError */
  decode(body: Uint8Array): M;
  /** @throws DecodeError */
  decodeHeader(body: Uint8Array): H;
  encodeState(state: S): Uint8Array;
  /** @throws DecodeError for anything that `encodeState` did not write */
  decodeState(bytes: Uint8Array): S;
  /** For members that break the rules; left out: they have to do with what fits every protocol. */
  createForger?(options: ForgerOptions<P>, dependencies: EngineDependencies): Forger<M>;
}

/** What every protocol is told; its own schema adds to it. */
export interface SharedParameters {
  readonly protocol: string;
  /** How long a round or view may take before its leader is given up. */
  readonly baseTimeoutMs: number;
  readonly batchTxMax: number;
  readonly batchBytesMax: number;
  readonly batchAgeMsMax: number;
  readonly mempoolTxMax: number;
}

/** What is known of a member that breaks the rules. */
export type ForgerOptions<P = SharedParameters> = Pick<
  EngineOptions<P>,
  'chainId' | 'selfIndex' | 'committeeSize' | 'parameters'
>;

export interface EngineOptions<P = SharedParameters, S = unknown> {
  /** Bound into every signature: messages of one chain mean nothing in another. */
  readonly chainId: string;
  readonly selfIndex: number;
  readonly committeeSize: number;
  readonly parameters: P;
  /** What the last `persist` output held before a crash; null on the first start. */
  readonly restored: S | null;
  /** Fixes which peers are asked for what is missing, in which order. Any integer. */
  readonly peerChoiceSeed: number;
  /** How much committed history is kept to help others. */
  readonly retention: Retention;
}

export interface Retention {
  readonly blocksMax: number;
  readonly bytesMax: number;
}

export interface EngineDependencies {
  readonly crypto: Crypto;
}
