import type { Behaviour, BehaviourName, BehaviourOrder } from '../contract/index.ts';
import type { Engine, EngineStatus, Input, Output } from '../engine/seam/engine.ts';
import type { Forger } from '../engine/seam/forger.ts';
import type { EngineMessage, MessageTraits } from '../engine/seam/message.ts';
import { catalogue, rankOf } from './catalogue.ts';
import { createChance } from './chance.ts';
import type { Interceptor, Letter, Moment } from './interceptor.ts';

export interface ByzantineEngineOptions {
  readonly selfIndex: number;
  readonly committeeSize: number;
  readonly baseTimeoutMs: number;
}

export interface ByzantineEngineDependencies {
  /** The honest one. */
  readonly engine: Engine;
  readonly traitsOf: (message: EngineMessage) => MessageTraits;
  /** Null: the protocol lends nothing. */
  readonly forger: Forger | null;
  /** @param restored what the honest one last wanted to be durable; null: nothing yet */
  readonly createTwin: (restored: unknown) => Engine;
  /** Called with each misbehaviour as it happens. */
  readonly onMisbehaviour: (name: BehaviourName) => void;
}

const noOutputs: readonly Output[] = Object.freeze([]);

/**
 * An engine that breaks the rules as it is told: an honest one with a chain of interceptors around
 * it. Without orders it is the honest one, at the price of a look at what comes out.
 */
export class ByzantineEngine implements Engine {
  readonly #options: ByzantineEngineOptions;
  readonly #dependencies: ByzantineEngineDependencies;
  readonly #others: readonly number[];
  #chain: readonly Interceptor[] = [];
  /** When the honest engine wants to be woken, and when the world was asked to wake this one. */
  #innerWakeAtMs = Number.POSITIVE_INFINITY;
  #askedWakeAtMs = Number.POSITIVE_INFINITY;
  #durable: unknown = null;

  constructor(options: ByzantineEngineOptions, dependencies: ByzantineEngineDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#others = Array.from({ length: options.committeeSize }, (_, index) => index).filter(
      (index) => index !== options.selfIndex,
    );
  }

  /**
   * From the next step on it behaves so and in no other way; whoever orders sees to it that the
   * next step comes soon. What was held back by what ends is never sent.
   * @param order without faults (order-faults.ts)
   */
  behave({ behaviours, seed }: BehaviourOrder): void {
    this.#chain = behaviours
      .toSorted((one, other) => rankOf(one.name) - rankOf(other.name))
      .map((behaviour) => this.#interceptor(behaviour, seed));
  }

  start(nowMs: number): readonly Output[] {
    const { engine } = this.#dependencies;
    return this.#finish(engine.start(nowMs), this.#moment(nowMs));
  }

  step(nowMs: number, input: Input): readonly Output[] {
    const { engine } = this.#dependencies;
    if (input.kind === 'wake') this.#askedWakeAtMs = Number.POSITIVE_INFINITY;
    const moment = this.#moment(nowMs);
    const heard = this.#hear(input, moment);
    const outputs = heard === null ? noOutputs : engine.step(nowMs, heard);
    return this.#finish(outputs, moment);
  }

  isWanted(nowMs: number, from: number, header: unknown): boolean {
    if (this.#dependencies.engine.isWanted(nowMs, from, header)) return true;
    return this.#chain.some((each) => each.isWanted?.(nowMs, from, header) ?? false);
  }

  status(): EngineStatus {
    return this.#dependencies.engine.status();
  }

  #moment(nowMs: number): Moment {
    return { nowMs, status: () => this.#dependencies.engine.status() };
  }

  #hear(input: Input, moment: Moment): Input | null {
    const isHonest = this.#chain.length === 0;
    if (input.kind === 'wake') return this.#isInnerDue(moment.nowMs) || isHonest ? input : null;
    if (isHonest) return input;
    if (input.kind === 'message') this.#dependencies.forger?.note?.(input.message);
    let heard: Input | null = input;
    for (const interceptor of this.#chain) {
      if (heard === null) return null;
      if (interceptor.hear !== undefined) heard = interceptor.hear(heard, moment);
    }
    return heard;
  }

  /** The world may have been asked to come back for an interceptor's sake. */
  #isInnerDue(nowMs: number): boolean {
    if (nowMs < this.#innerWakeAtMs) return false;
    this.#innerWakeAtMs = Number.POSITIVE_INFINITY;
    return true;
  }

  /** Order is kept: what follows a `persist` still does. */
  #finish(outputs: readonly Output[], moment: Moment): readonly Output[] {
    for (const output of outputs) {
      if (output.kind === 'wake') this.#innerWakeAtMs = output.atMs;
      else if (output.kind === 'persist') this.#durable = output.state;
    }
    if (this.#chain.length === 0) return this.#finishHonestly(outputs);
    const leaving: Output[] = [];
    for (const output of outputs) {
      if (output.kind === 'wake') continue;
      if (output.kind !== 'send' && output.kind !== 'broadcast') leaving.push(output);
      else {
        const to = output.kind === 'send' ? output.to : null;
        const letter = { to, message: output.message, deeds: [] };
        leaving.push(...this.#pass([letter], moment, 0));
      }
    }
    this.#chain.forEach((interceptor, at) => {
      const letters = interceptor.act?.(moment) ?? [];
      leaving.push(...this.#pass(letters, moment, at + 1));
    });
    const dueAtMs = this.#chain.map((each) => each.dueAtMs?.() ?? Number.POSITIVE_INFINITY);
    const wakeAtMs = Math.max(moment.nowMs, Math.min(this.#innerWakeAtMs, ...dueAtMs));
    return this.#withWake(leaving, wakeAtMs);
  }

  #finishHonestly(outputs: readonly Output[]): readonly Output[] {
    if (outputs.some(({ kind }) => kind === 'wake')) {
      this.#askedWakeAtMs = this.#innerWakeAtMs;
      return outputs;
    }
    return this.#withWake(outputs, this.#innerWakeAtMs);
  }

  /** Asks for the time that somebody waits for, unless the request stands already. */
  #withWake(outputs: readonly Output[], atMs: number): readonly Output[] {
    if (atMs === this.#askedWakeAtMs || atMs === Number.POSITIVE_INFINITY) return outputs;
    this.#askedWakeAtMs = atMs;
    return [...outputs, { kind: 'wake', atMs }];
  }

  /** Through the chain from here on, and out. */
  #pass(letters: readonly Letter[], moment: Moment, from: number): Output[] {
    let passing = letters;
    for (let at = from; at < this.#chain.length && passing.length > 0; at++) {
      const interceptor = this.#chain[at];
      passing = passing.flatMap((letter) => interceptor?.say?.(letter, moment) ?? [letter]);
    }
    return passing.map((letter) => this.#leave(letter));
  }

  #leave({ to, message, deeds }: Letter): Output {
    this.#dependencies.forger?.note?.(message);
    for (const deed of deeds) {
      if (!deed.isCounted) this.#dependencies.onMisbehaviour(deed.name);
      deed.isCounted = true;
    }
    return to === null ? { kind: 'broadcast', message } : { kind: 'send', to, message };
  }

  #interceptor(behaviour: Behaviour, seed: number): Interceptor {
    const { selfIndex, baseTimeoutMs } = this.#options;
    const { traitsOf, forger, createTwin, onMisbehaviour } = this.#dependencies;
    const { name } = behaviour;
    return catalogue[name].create({
      behaviour,
      selfIndex,
      others: this.#others,
      baseTimeoutMs,
      chance: createChance(seed, `${name} ${selfIndex}`),
      traitsOf,
      forger: forger ?? {},
      createTwin: () => createTwin(this.#durable),
      deed: () => ({ name, isCounted: false }),
      omitted: () => onMisbehaviour(name),
    });
  }
}
