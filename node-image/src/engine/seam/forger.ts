import type { EngineStatus } from './engine.ts';
import type { EngineMessage } from './message.ts';

/**
 * What a protocol can lend to a member that breaks the rules (`byzantine/`): messages that only
 * those who know its fields can make, all of them by this member and, unless it says otherwise,
 * truly signed. Every method is optional; what a protocol lacks is refused when it is ordered.
 * Methods answer null where there is nothing of the kind: for a message of another role, or before
 * enough was seen. Nothing is changed in place.
 */
export interface Forger<M extends EngineMessage = EngineMessage> {
  /** Everything that this member receives and sends: old certificates and blocks come from here. */
  note?(message: M): void;
  /** Of a proposal or a vote: another one for the same place, which excludes it. */
  contradict?(message: M): M | null;
  /** Of a proposal: the same on an older certificate. */
  makeStale?(message: M, chance: Chance): M | null;
  /** Of a proposal or a give-up: the same with a certificate that proves nothing. */
  invalidate?(message: M, chance: Chance): M | null;
  /** Of a give-up: the same, which claims to hold nothing newer than an old certificate. */
  understate?(message: M, chance: Chance): M | null;
  /** Anything that a receiver has to verify now; its signature is false. */
  missign?(status: EngineStatus, chance: Chance): M | null;
  /** Gives up on the present leader. */
  giveUp?(status: EngineStatus): M | null;
  /** Asks for as much as one can ask for. */
  request?(chance: Chance): M | null;
}

/** Uniform in [0, 1). */
export type Chance = () => number;
