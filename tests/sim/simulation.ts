import { createPrng, type Prng } from '../../controller/src/lib/prng.ts';
import type { BehaviourName } from '../../node-image/src/contract/index.ts';
import type { EngineMessage } from '../../node-image/src/engine/seam/message.ts';
import { InvariantViolation } from '../../node-image/src/engine/shared/invariant.ts';
import { writeTransactionHeader } from '../../node-image/src/engine/shared/transaction.ts';
import { Diverged, RuleBroken } from './broken.ts';
import { jolteonSubject } from './chained/subject.ts';
import { EventQueue } from './event-queue.ts';
import { createCheapKeyring, type Keyring } from './keyring.ts';
import { copyDelaysMs } from './network.ts';
import { Observer } from './observer.ts';
import type { Scenario } from './scenario.ts';
import { SimulatedNode } from './simulated-node.ts';
import type { Adversary, Subject } from './subject.ts';

/**
 * pass · no-progress: after the heal some node did not commit, or a transaction stayed open ·
 * diverged: two honest nodes committed different logs · halted: a node stopped itself, or did what
 * an honest node must not do.
 */
export interface Verdict {
  readonly kind: 'pass' | 'no-progress' | 'diverged' | 'halted';
  readonly detail: string;
  /** Equal for equal runs: covers every event in order. */
  readonly traceHash: number;
  readonly height: number;
  readonly transactions: number;
  readonly evidence: number;
  readonly events: number;
  /** Of the Byzantine that are nodes, by behaviour. */
  readonly misbehaviours: Readonly<Partial<Record<BehaviourName, number>>>;
}

export interface SimulationOptions {
  /** What every honest node runs; Jolteon by default. */
  readonly subject?: Subject;
  /** Cheap ones by default, each in a certificate for itself. */
  readonly keyring?: (committeeSize: number, seed: number) => Keyring;
  /** Off for mutants: they must fork, not merely misbehave. */
  readonly checksHabits?: boolean;
  /** Called with one line per event. */
  readonly trace?: (line: string) => void;
}

type Event =
  | {
      readonly kind: 'deliver';
      readonly to: number;
      readonly from: number;
      readonly message: EngineMessage;
    }
  | {
      readonly kind: 'wake';
      readonly node: number;
      readonly incarnation: number;
      readonly atMs: number;
    }
  | { readonly kind: 'boot' | 'crash' | 'submit'; readonly node: number }
  | { readonly kind: 'clock'; readonly node: number; readonly offsetMs: number }
  | { readonly kind: 'task'; readonly task: () => void };

/** After the heal every honest node that is up commits at least so many blocks. */
const blocksAfterHealMin = 5;
/** How often it is asked whether everything is done and the run can end. */
const judgeEveryMs = 500;

/** Runs one scenario to its end in virtual time. Deterministic: no clock, no chance of its own. */
export function runScenario(scenario: Scenario, options: SimulationOptions = {}): Verdict {
  return new Simulation(scenario, options).run();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #options: SimulationOptions;
  readonly #subject: Subject;
  readonly #prng: Prng;
  readonly #queue = new EventQueue<Event>();
  readonly #keyring: Keyring;
  readonly #observer: Observer;
  readonly #byzantine: ReadonlySet<number>;
  readonly #adversary: Adversary | null;
  readonly #misbehaviours: Partial<Record<BehaviourName, number>> = {};
  readonly #nodes: SimulatedNode[];
  readonly #heightAtHeal = new Map<SimulatedNode, number>();
  readonly #sequences: number[] = [];
  /** Wake time that counts for each node: a newer request replaces an older one. */
  readonly #wakeAtMs: number[] = [];
  #nowMs = 0;
  #traceHash = 0;
  #events = 0;

  constructor(scenario: Scenario, options: SimulationOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#subject = options.subject ?? jolteonSubject;
    const { committeeSize, seed, byzantine } = scenario;
    this.#prng = createPrng(seed ^ 0x5eed);
    this.#keyring = (options.keyring ?? createCheapKeyring)(committeeSize, seed);
    this.#byzantine = new Set(byzantine);
    const checksHabits = options.checksHabits ?? true;
    this.#observer = new Observer({
      checksHabits,
      crypto: this.#keyring.forMember(0),
      habits: this.#subject.createHabits(),
      byzantine: this.#byzantine,
    });
    const isOneWill = byzantine.length > 0 && scenario.behaviours === undefined;
    this.#adversary = isOneWill ? this.#createAdversary() : null;
    this.#nodes = Array.from({ length: committeeSize }, (_, index) => this.#createNode(index));
  }

  run(): Verdict {
    try {
      this.#schedule();
      let judgeAtMs = this.#scenario.submitUntilMs + judgeEveryMs;
      for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) {
        if (next.atMs > this.#scenario.endMs) break;
        if (this.#nowMs < this.#scenario.healMs && next.atMs >= this.#scenario.healMs) {
          for (const node of this.#nodes) this.#heightAtHeal.set(node, node.height);
        }
        if (next.atMs >= judgeAtMs && this.#scenario.promisesProgress) {
          if (this.#judgeProgress()[0] === 'pass') break;
          judgeAtMs += judgeEveryMs;
        }
        this.#nowMs = next.atMs;
        this.#events++;
        this.#process(next.event);
      }
      return this.#verdict(...this.#judgeProgress());
    } catch (error) {
      const where = ` (at ${this.#nowMs.toFixed(1)} ms)`;
      if (error instanceof Diverged) return this.#verdict('diverged', error.message + where);
      if (error instanceof RuleBroken || error instanceof InvariantViolation) {
        return this.#verdict('halted', error.message + where);
      }
      throw error;
    }
  }

  #schedule(): void {
    const { committeeSize, startSpreadMs, crashes, submitUntilMs, submitEveryMs } = this.#scenario;
    for (let node = 0; node < committeeSize; node++) {
      if (!this.#isAdversary(node)) {
        this.#queue.push(this.#prng.next() * startSpreadMs, { kind: 'boot', node });
      }
    }
    for (const { node, atMs, backAtMs } of crashes) {
      this.#queue.push(startSpreadMs + atMs, { kind: 'crash', node });
      if (backAtMs !== null) this.#queue.push(startSpreadMs + backAtMs, { kind: 'boot', node });
    }
    for (const step of this.#scenario.clockSteps ?? []) {
      this.#queue.push(step.atMs, { kind: 'clock', node: step.node, offsetMs: step.offsetMs });
    }
    for (let atMs = submitEveryMs; atMs < submitUntilMs; atMs += submitEveryMs) {
      this.#queue.push(atMs, { kind: 'submit', node: this.#prng.below(committeeSize) });
    }
    this.#adversary?.start();
  }

  #process(event: Event): void {
    switch (event.kind) {
      case 'deliver':
        this.#note(event.to, event.message.kind.charCodeAt(0) * 64 + event.from);
        this.#options.trace?.(describe(this.#nowMs, event));
        this.#deliver(event.to, event.from, event.message);
        return;
      case 'wake': {
        const node = this.#nodes[event.node];
        if (node === undefined || node.incarnation !== event.incarnation) return;
        if (this.#wakeAtMs[event.node] !== event.atMs) return;
        this.#note(event.node, 1);
        this.#step(event.node, { kind: 'wake' });
        return;
      }
      case 'boot':
        this.#note(event.node, 2);
        this.#options.trace?.(`${this.#nowMs.toFixed(2)} boot ${event.node}`);
        this.#nodes[event.node]?.boot(this.#nowMs);
        return;
      case 'clock':
        this.#note(event.node, 6);
        this.#nodes[event.node]?.setClock(this.#nowMs, event.offsetMs);
        return;
      case 'crash':
        this.#crash(event.node);
        return;
      case 'submit':
        this.#submit(event.node);
        return;
      case 'task':
        if (this.#nowMs < this.#scenario.healMs) event.task();
    }
  }

  #deliver(to: number, from: number, message: EngineMessage): void {
    if (!this.#isAdversary(to)) {
      this.#step(to, { kind: 'message', from, message });
    } else if (this.#nowMs < this.#scenario.healMs) {
      this.#adversary?.receive(to, from, message);
    }
  }

  /** Not a node at all. */
  #isAdversary(member: number): boolean {
    return this.#adversary !== null && this.#byzantine.has(member);
  }

  #step(index: number, input: Parameters<SimulatedNode['step']>[1]): void {
    this.#nodes[index]?.step(this.#nowMs, input);
  }

  /** The power fails in the middle of a step: some of its outputs happen, the rest never do. */
  #crash(index: number): void {
    const node = this.#nodes[index];
    if (node === undefined || !node.isUp) return;
    this.#note(index, 3);
    this.#options.trace?.(`${this.#nowMs.toFixed(2)} crash ${index}`);
    node.step(this.#nowMs, { kind: 'wake' }, this.#prng.below(4));
    node.crash();
  }

  #submit(index: number): void {
    const node = this.#nodes[index];
    if (node === undefined || !node.isUp) return;
    const transactions = Array.from({ length: 1 + this.#prng.below(6) }, () => {
      const sequence = this.#sequences[index] ?? 0;
      this.#sequences[index] = sequence + 1;
      const transaction = new Uint8Array(20 + this.#prng.below(60));
      writeTransactionHeader(transaction, { intendedNs: 0n, client: index, sequence });
      return transaction;
    });
    this.#note(index, 4);
    this.#step(index, { kind: 'submit', transactions });
  }

  #send(from: number, to: number, message: EngineMessage): void {
    if (!this.#byzantine.has(from)) this.#observer.sent(from, message);
    const delays = copyDelaysMs(this.#scenario, this.#prng, { from, to, nowMs: this.#nowMs });
    for (const delayMs of delays) {
      this.#queue.push(this.#nowMs + delayMs, { kind: 'deliver', to, from, message });
    }
  }

  #createNode(index: number): SimulatedNode {
    const isHonest = !this.#byzantine.has(index);
    return new SimulatedNode(
      {
        index,
        scenario: this.#scenario,
        crypto: this.#keyring.forMember(index),
        subject: this.#subject,
        behaviours: isHonest ? [] : (this.#scenario.behaviours ?? []),
      },
      {
        send: (from, to, message) => this.#send(from, to, message),
        wakeAt: (node, incarnation, atMs) => {
          this.#wakeAtMs[node] = atMs;
          this.#queue.push(atMs, { kind: 'wake', node, incarnation, atMs });
        },
        committed: (node, height, commit) => {
          this.#note(node, 5 + height);
          this.#options.trace?.(`${this.#nowMs.toFixed(2)} commit ${node} height ${height}`);
          if (isHonest) this.#observer.committed(node, height, commit);
        },
        persisted: (node, state) => {
          if (isHonest) this.#observer.persisted(node, state);
        },
        accused: (node, evidence) => {
          if (isHonest) this.#observer.accused(node, evidence);
        },
        misbehaved: (_, name) => {
          this.#misbehaviours[name] = (this.#misbehaviours[name] ?? 0) + 1;
        },
      },
    );
  }

  #createAdversary(): Adversary {
    const { committeeSize, byzantine, seed, parameters } = this.#scenario;
    return this.#subject.createAdversary(
      {
        members: byzantine,
        committeeSize,
        chainId: `sim-${seed}`,
        roundMs: parameters.baseTimeoutMs,
      },
      {
        prng: this.#prng,
        keyring: this.#keyring,
        send: (from, to, message) => this.#send(from, to, message),
        later: (delayMs, task) => this.#queue.push(this.#nowMs + delayMs, { kind: 'task', task }),
      },
    );
  }

  #judgeProgress(): [Verdict['kind'], string] {
    if (!this.#scenario.promisesProgress) return ['pass', 'safe; no progress was promised'];
    const honest = this.#nodes.filter((node) => node.isUp && !this.#byzantine.has(node.index));
    for (const node of honest) {
      const grown = node.height - (this.#heightAtHeal.get(node) ?? 0);
      const behind = this.#observer.height - node.height;
      const grownMin = this.#subject.blocksAfterHealMin ?? blocksAfterHealMin;
      if (grown < grownMin || behind > blocksAfterHealMin) {
        const status = JSON.stringify(node.status());
        return [
          'no-progress',
          `node ${node.index} grew by ${grown}, is ${behind} behind: ${status}`,
        ];
      }
      if (node.openKeys.size > 0) {
        const keys = [...node.openKeys].join(' ');
        return ['no-progress', `node ${node.index} has open transactions: ${keys}`];
      }
    }
    return ['pass', `${this.#observer.height} blocks, ${this.#observer.transactionCount} txs`];
  }

  #verdict(kind: Verdict['kind'], detail: string): Verdict {
    return {
      kind,
      detail,
      traceHash: this.#traceHash >>> 0,
      height: this.#observer.height,
      transactions: this.#observer.transactionCount,
      evidence: this.#observer.evidenceCount,
      events: this.#events,
      misbehaviours: this.#misbehaviours,
    };
  }

  /** Murmur-like mixing of time, node and what happened. */
  #note(node: number, what: number): void {
    const mixed = Math.imul((this.#nowMs * 1000) | 0, 0x85ebca6b) ^ Math.imul(what, 0xc2b2ae35);
    this.#traceHash = Math.imul(this.#traceHash ^ mixed ^ node, 0x01000193) + 0x9e3779b9;
    this.#traceHash |= 0;
  }
}

function describe(
  nowMs: number,
  event: { from: number; to: number; message: EngineMessage },
): string {
  const { from, to, message } = event;
  const { round } = { ...('block' in message ? (message.block as object) : message) } as {
    round?: number;
  };
  return `${nowMs.toFixed(2)} ${from}>${to} ${message.kind} ${round ?? ''}`;
}
