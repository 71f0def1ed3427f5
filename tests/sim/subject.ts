import type { Prng } from '../../controller/src/lib/prng.ts';
import type { ChainedParameters } from '../../node-image/src/engine/chained/parameters.ts';
import type { Commit } from '../../node-image/src/engine/seam/engine.ts';
import type { EngineMessage } from '../../node-image/src/engine/seam/message.ts';
import type { Protocol, SharedParameters } from '../../node-image/src/engine/seam/protocol.ts';
import type { Keyring } from './keyring.ts';

/**
 * A protocol as the simulator tries it: with an adversary that knows its messages, and with the
 * habits that its honest nodes must have. Methods, so that one of particular messages is one of any.
 */
export interface Subject<M extends EngineMessage = EngineMessage> {
  readonly protocol: Protocol;
  /** Where nothing is proposed while nothing waits, fewer blocks than usual may be enough. */
  readonly blocksAfterHealMin?: number;
  /** Whether a node may go on from a snapshot, and so leave heights out. */
  readonly hasSnapshots?: boolean;
  /** What the scenario drew, in the protocol's own parameters. */
  parametersOf(drawn: ChainedParameters): SharedParameters;
  createAdversary(options: AdversaryOptions, world: AdversaryWorld<M>): Adversary<M>;
  createHabits(): Habits<M>;
}

export interface AdversaryOptions {
  readonly members: readonly number[];
  readonly committeeSize: number;
  readonly chainId: string;
  /** Attacks are spread over about this time, so that some come after honest nodes gave up. */
  readonly roundMs: number;
}

/** What an adversary can do in the world: send, wait, and roll dice. */
export interface AdversaryWorld<M extends EngineMessage = EngineMessage> {
  readonly prng: Prng;
  readonly keyring: Keyring;
  send(from: number, to: number, message: M): void;
  later(delayMs: number, task: () => void): void;
}

/** All Byzantine members under one will. */
export interface Adversary<M extends EngineMessage = EngineMessage> {
  start(): void;
  receive(to: number, from: number, message: M): void;
}

/** What honest nodes never do, watched across their crashes. Each throws RuleBroken or Diverged. */
export interface Habits<M extends EngineMessage = EngineMessage> {
  sent(node: number, message: M): void;
  persisted(node: number, state: unknown): void;
  /** @param below id of the block below in the one log; null at its beginning */
  extended(node: number, commit: Commit, below: string | null): void;
}
