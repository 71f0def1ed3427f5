import { ByzantineEngine } from '../../node-image/src/byzantine/byzantine-engine.ts';
import type { Behaviour, BehaviourName } from '../../node-image/src/contract/index.ts';
import type { Crypto } from '../../node-image/src/engine/seam/crypto.ts';
import type { Commit, Engine, Input, Output } from '../../node-image/src/engine/seam/engine.ts';
import type { Evidence } from '../../node-image/src/engine/seam/evidence.ts';
import type { EngineMessage, Transaction } from '../../node-image/src/engine/seam/message.ts';
import { transactionKey } from '../../node-image/src/engine/shared/transaction.ts';
import { createEngineClock, type EngineClock } from '../../node-image/src/shell/engine-clock.ts';
import type { Scenario } from './scenario.ts';
import type { Subject } from './subject.ts';

/** What a node does to the world around it. */
export interface NodeWorld {
  send(from: number, to: number, message: EngineMessage): void;
  wakeAt(node: number, incarnation: number, atMs: number): void;
  committed(node: number, height: number, commit: Commit): void;
  persisted(node: number, state: unknown): void;
  accused(node: number, evidence: Evidence): void;
  misbehaved(node: number, name: BehaviourName): void;
}

/** One node, honest unless it is told otherwise: an engine, its disk, and its clients' memory of what is still open. */
export class SimulatedNode {
  readonly index: number;
  readonly #scenario: Scenario;
  readonly #crypto: Crypto;
  readonly #subject: Subject;
  readonly #behaviours: readonly Behaviour[];
  readonly #world: NodeWorld;
  #engine: Engine | null = null;
  #disk: unknown = null;
  #incarnation = 0;
  /** True time of what is going on. */
  #nowMs = 0;
  #clock: EngineClock = this.#createClock();
  #height = 0;
  /** Transactions submitted to this incarnation that are neither committed nor refused. */
  readonly openKeys = new Set<number>();

  constructor(
    options: {
      index: number;
      scenario: Scenario;
      crypto: Crypto;
      subject: Subject;
      behaviours?: readonly Behaviour[];
    },
    world: NodeWorld,
  ) {
    this.index = options.index;
    this.#scenario = options.scenario;
    this.#crypto = options.crypto;
    this.#subject = options.subject;
    this.#behaviours = options.behaviours ?? [];
    this.#world = world;
  }

  get isUp(): boolean {
    return this.#engine !== null;
  }

  get incarnation(): number {
    return this.#incarnation;
  }

  /** Committed height of this incarnation. */
  get height(): number {
    return this.#height;
  }

  status(): ReturnType<Engine['status']> | null {
    return this.#engine?.status() ?? null;
  }

  /** First start, or restart from disk. */
  boot(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#clock = this.#createClock();
    this.#incarnation++;
    this.#height = 0;
    this.openKeys.clear();
    this.#engine = this.#createEngine();
    this.#carryOut(this.#engine.start(this.#clock.nowMs()), Number.POSITIVE_INFINITY);
  }

  /** As a node does it (shell/consensus.ts): around the honest engine is one that can misbehave. */
  #createEngine(): Engine {
    const { parameters, committeeSize, retention, seed } = this.#scenario;
    const { protocol, parametersOf } = this.#subject;
    const dependencies = { crypto: this.#crypto };
    const options = {
      chainId: `sim-${seed}`,
      selfIndex: this.index,
      committeeSize,
      parameters: parametersOf(parameters),
      restored: this.#readDisk(),
      peerChoiceSeed: seed * 1000 + this.index * 10 + this.#incarnation,
      retention,
    };
    const engine = new ByzantineEngine(
      { selfIndex: this.index, committeeSize, baseTimeoutMs: parameters.baseTimeoutMs },
      {
        engine: protocol.create(options, dependencies),
        traitsOf: (message) => protocol.traitsOf(message),
        forger: protocol.createForger?.(options, dependencies) ?? null,
        createTwin: (promised) =>
          protocol.create({ ...options, restored: promised ?? this.#readDisk() }, dependencies),
        onMisbehaviour: (name) => this.#world.misbehaved(this.index, name),
      },
    );
    engine.behave({ behaviours: [...this.#behaviours], seed });
    return engine;
  }

  /** What is written must be read back the same. */
  #readDisk(): unknown {
    const { protocol } = this.#subject;
    return this.#disk === null ? null : protocol.decodeState(protocol.encodeState(this.#disk));
  }

  /** Power fails: only the disk survives. */
  crash(): void {
    this.#engine = null;
    this.openKeys.clear();
  }

  /** @param outputsMax power fails after so many outputs of this step were carried out */
  step(nowMs: number, input: Input, outputsMax = Number.POSITIVE_INFINITY): void {
    if (this.#engine === null) return;
    if (input.kind === 'submit') {
      for (const transaction of input.transactions) this.openKeys.add(transactionKey(transaction));
    }
    this.#nowMs = nowMs;
    this.#carryOut(this.#engine.step(this.#clock.nowMs(), input), outputsMax);
  }

  /** Puts the clock of its engine wrong; what it waits for comes at another time. */
  setClock(nowMs: number, offsetMs: number): void {
    this.#nowMs = nowMs;
    this.#clock.setOffset(offsetMs);
    this.step(nowMs, { kind: 'wake' });
  }

  #createClock(): EngineClock {
    return createEngineClock({ nowMs: () => this.#nowMs });
  }

  /** Not at this moment again, where a crawling clock is not yet there for want of digits. */
  #dueMs(engineMs: number): number {
    const dueMs = this.#clock.dueMs(engineMs);
    return dueMs > this.#nowMs || this.#clock.nowMs() >= engineMs ? dueMs : this.#nowMs + 0.1;
  }

  #carryOut(outputs: readonly Output[], outputsMax: number): void {
    let count = 0;
    for (const output of outputs) {
      if (count++ >= outputsMax) return;
      this.#carryOutOne(output);
    }
  }

  #carryOutOne(output: Output): void {
    const world = this.#world;
    switch (output.kind) {
      case 'send':
        world.send(this.index, output.to, output.message);
        return;
      case 'broadcast':
        for (let to = 0; to < this.#scenario.committeeSize; to++) {
          if (to !== this.index) world.send(this.index, to, output.message);
        }
        return;
      case 'persist':
        this.#disk = output.state;
        world.persisted(this.index, output.state);
        return;
      case 'commit':
        this.#height = this.#expectedHeight(output.commit.height);
        world.committed(this.index, this.#height, output.commit);
        this.#close(output.commit.transactions);
        return;
      case 'reject':
        this.#close(output.transactions);
        return;
      case 'wake':
        world.wakeAt(this.index, this.#incarnation, this.#dueMs(output.atMs));
        return;
      case 'evidence':
        world.accused(this.index, output.evidence);
    }
  }

  /** Without gaps, but after a snapshot. */
  #expectedHeight(height: number): number {
    const next = this.#height + 1;
    return this.#subject.hasSnapshots === true && height > next ? height : next;
  }

  #close(transactions: readonly Transaction[]): void {
    if (this.openKeys.size === 0) return;
    for (const transaction of transactions) this.openKeys.delete(transactionKey(transaction));
  }
}
