import type { Behaviour, BehaviourName } from '../contract/index.ts';
import type { Engine, EngineStatus, Input } from '../engine/seam/engine.ts';
import type { Chance, Forger } from '../engine/seam/forger.ts';
import type { EngineMessage, MessageTraits } from '../engine/seam/message.ts';

/**
 * Once that the rules are broken. It counts when something of it leaves the node, which those who
 * come after in the chain may prevent.
 */
export interface Deed {
  readonly name: BehaviourName;
  isCounted: boolean;
}

/** A message on its way out. */
export interface Letter {
  /** Null: to every other member. */
  readonly to: number | null;
  readonly message: EngineMessage;
  readonly deeds: readonly Deed[];
}

/** What holds while one input is dealt with. */
export interface Moment {
  readonly nowMs: number;
  /** Of the engine inside. */
  readonly status: () => EngineStatus;
}

/**
 * One behaviour at work between an engine and the world: it sees what goes in and what comes out,
 * and adds, changes and takes away. Without clock and chance of its own, as engines are.
 */
export interface Interceptor {
  /** @returns what the engine gets to hear instead; null: nothing */
  hear?(input: Input, moment: Moment): Input | null;
  /** @returns what leaves instead of this letter; the letter itself where there is no reason */
  say?(letter: Letter, moment: Moment): readonly Letter[];
  /** Asked at the end of every step: what it sends of its own accord. */
  act?(moment: Moment): readonly Letter[];
  /** When `act` has to be asked again at the latest; Infinity: whenever something else happens. */
  dueAtMs?(): number;
  /** Whether it wants a message that the engine has no use for; see Engine.isWanted. */
  isWanted?(nowMs: number, from: number, header: unknown): boolean;
}

export interface InterceptorContext {
  readonly behaviour: Behaviour;
  readonly selfIndex: number;
  /** Indexes of all other members, ascending. */
  readonly others: readonly number[];
  readonly baseTimeoutMs: number;
  readonly chance: Chance;
  readonly traitsOf: (message: EngineMessage) => MessageTraits;
  /** Its methods that the catalogue says this behaviour takes are there. */
  readonly forger: Forger;
  /** Another engine of this member, with its key and what it has promised so far. */
  readonly createTwin: () => Engine;
  /** A deed that counts once a letter with it leaves. */
  readonly deed: () => Deed;
  /** A deed that consists in not sending: counts at once. */
  readonly omitted: () => void;
}

export type CreateInterceptor = (context: InterceptorContext) => Interceptor;
