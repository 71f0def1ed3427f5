import { createPrng } from '../../controller/src/lib/prng.ts';
import type { Message } from '../../node-image/src/engine/chained/messages.ts';
import type { ChainedParameters } from '../../node-image/src/engine/chained/parameters.ts';
import type { Engine, Input, Output } from '../../node-image/src/engine/chained/seam.ts';
import { jolteon } from '../../node-image/src/engine/jolteon/protocol.ts';
import type { Transaction } from '../../node-image/src/engine/seam/message.ts';
import {
  transactionKey,
  writeTransactionHeader,
} from '../../node-image/src/engine/shared/transaction.ts';
import { EventQueue } from './event-queue.ts';
import { receiveCostMs, sendCostMs, submitCostMs } from './host-model.ts';
import { createCheapKeyring } from './keyring.ts';

export interface BusyHostOptions {
  readonly committeeSize: number;
  readonly parameters: ChainedParameters;
  /** Offered by all clients together, one per node. */
  readonly txPerSec: number;
  readonly cores: number;
  /** 1: as the cost model says; 0.25: four times as slow. */
  readonly speed: number;
  readonly warmupMs: number;
  readonly measureMs: number;
}

export interface BusyHostResult {
  readonly committedPerSec: number;
  readonly rejectedPerSec: number;
  readonly latencyP50Ms: number;
  readonly latencyMaxMs: number;
  readonly blocksPerSec: number;
  readonly roundsTimedOut: number;
  /** Share of the CPU time by kind of input. */
  readonly shares: Readonly<Record<string, number>>;
}

type Event =
  | { readonly kind: 'arrive'; readonly to: number; readonly work: Work }
  | { readonly kind: 'done'; readonly node: number }
  | { readonly kind: 'wake'; readonly node: number; readonly atMs: number }
  | { readonly kind: 'submit'; readonly node: number };

type Work = Input & { readonly kind: Input['kind'] };

interface HostNode {
  readonly engine: Engine;
  readonly inbox: Work[];
  head: number;
  state: 'idle' | 'ready' | 'running';
  wakeAtMs: number;
  sequence: number;
  sliceMs: number;
  signatures: number;
  readonly sentMs: Map<number, number>;
  /** What the work under way leads to when it is done. */
  outputs: readonly Output[];
}

const linkDelayMs = 0.05;
/** About as long as the shell's gate holds transactions in a busy network. */
const submitEveryMs = 100;
/** A process keeps its core so long while others wait. */
const sliceMsMax = 3;

/**
 * All nodes of a network on one host, as they are on a developer's machine: real engines in
 * virtual time, whose every step takes CPU time of a few cores. Nodes run to the end of a slice in
 * turn; what a node sends leaves when its step is over. No losses, no chance but in arrivals.
 */
export class BusyHost {
  readonly #options: BusyHostOptions;
  readonly #queue = new EventQueue<Event>();
  readonly #nodes: HostNode[];
  readonly #ready: number[] = [];
  readonly #spent: Record<string, number> = {};
  readonly #latencies: number[] = [];
  readonly #prng = createPrng(7);
  #freeCores: number;
  #nowMs = 0;
  #committed = 0;
  #rejected = 0;
  #blocks = 0;

  constructor(options: BusyHostOptions) {
    this.#options = options;
    this.#freeCores = options.cores;
    const { committeeSize, parameters } = options;
    const keyring = createCheapKeyring(committeeSize, 1);
    this.#nodes = Array.from({ length: committeeSize }, (_, selfIndex) => ({
      engine: jolteon.create(
        {
          chainId: 'busy',
          selfIndex,
          committeeSize,
          parameters,
          restored: null,
          peerChoiceSeed: 1,
          retention: { blocksMax: 16_384, bytesMax: 128 * 1024 * 1024 },
        },
        { crypto: keyring.forMember(selfIndex) },
      ),
      inbox: [],
      head: 0,
      state: 'idle' as const,
      wakeAtMs: Number.POSITIVE_INFINITY,
      sequence: 0,
      sliceMs: 0,
      signatures: 0,
      sentMs: new Map<number, number>(),
      outputs: [],
    }));
  }

  run(): BusyHostResult {
    const { warmupMs, measureMs } = this.#options;
    this.#nodes.forEach((node, index) => {
      this.#carryOut(index, node.engine.start(0));
      this.#queue.push(this.#prng.next() * submitEveryMs, { kind: 'submit', node: index });
    });
    const endMs = warmupMs + measureMs;
    for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) {
      if (next.atMs > endMs) break;
      this.#nowMs = next.atMs;
      this.#process(next.event);
      this.#dispatch();
    }
    return this.#result();
  }

  #process(event: Event): void {
    switch (event.kind) {
      case 'arrive':
        this.#enqueue(event.to, event.work);
        return;
      case 'wake':
        if (this.#nodes[event.node]?.wakeAtMs !== event.atMs) return;
        this.#enqueue(event.node, { kind: 'wake' });
        return;
      case 'submit':
        this.#queue.push(this.#nowMs + submitEveryMs, event);
        this.#submit(event.node);
        return;
      case 'done':
        this.#done(event.node);
    }
  }

  #enqueue(index: number, work: Work): void {
    const node = this.#nodeAt(index);
    node.inbox.push(work);
    if (node.state !== 'idle') return;
    node.state = 'ready';
    this.#ready.push(index);
  }

  #submit(index: number): void {
    const node = this.#nodeAt(index);
    const { txPerSec, committeeSize } = this.#options;
    const mean = (txPerSec / committeeSize / 1_000) * submitEveryMs;
    const count = Math.floor(mean + this.#prng.next());
    const transactions: Transaction[] = [];
    for (let i = 0; i < count; i++) {
      const transaction = new Uint8Array(128);
      writeTransactionHeader(transaction, {
        intendedNs: 0n,
        client: index,
        sequence: node.sequence++,
      });
      node.sentMs.set(transactionKey(transaction), this.#nowMs);
      transactions.push(transaction);
    }
    if (count > 0) this.#enqueue(index, { kind: 'submit', transactions });
  }

  /** Gives free cores to waiting nodes. */
  #dispatch(): void {
    while (this.#freeCores > 0) {
      const index = this.#ready.shift();
      if (index === undefined) return;
      this.#freeCores--;
      this.#nodeAt(index).sliceMs = 0;
      this.#work(index);
    }
  }

  #work(index: number): void {
    const node = this.#nodeAt(index);
    const work = node.inbox[node.head++];
    if (work === undefined) throw new Error('nothing to do');
    if (node.head > 1024 && node.head * 2 > node.inbox.length) {
      node.inbox.splice(0, node.head);
      node.head = 0;
    }
    node.state = 'running';
    if (work.kind === 'wake') node.wakeAtMs = Number.POSITIVE_INFINITY;
    node.outputs = node.engine.step(this.#nowMs, work);
    const cost = this.#costMs(node, work) / this.#options.speed;
    const label = work.kind === 'message' ? work.message.kind : work.kind;
    this.#spent[label] = (this.#spent[label] ?? 0) + cost;
    node.sliceMs += cost;
    this.#queue.push(this.#nowMs + cost, { kind: 'done', node: index });
  }

  #costMs(node: HostNode, work: Work): number {
    const { signaturesVerified } = node.engine.status().counters;
    const verified = signaturesVerified - node.signatures;
    node.signatures = signaturesVerified;
    let cost = 0.005;
    if (work.kind === 'message') cost += receiveCostMs(work.message, verified);
    if (work.kind === 'submit') cost += submitCostMs(work.transactions);
    for (const output of node.outputs) {
      if (output.kind === 'send') cost += sendCostMs(output.message, 1);
      if (output.kind === 'broadcast') {
        cost += sendCostMs(output.message, this.#options.committeeSize - 1);
      }
    }
    return cost;
  }

  #done(index: number): void {
    const node = this.#nodeAt(index);
    const { outputs } = node;
    node.outputs = [];
    this.#carryOut(index, outputs);
    if (node.head < node.inbox.length && (node.sliceMs < sliceMsMax || this.#ready.length === 0)) {
      this.#work(index);
      return;
    }
    this.#freeCores++;
    node.state = node.head < node.inbox.length ? 'ready' : 'idle';
    if (node.state === 'ready') this.#ready.push(index);
  }

  #carryOut(from: number, outputs: readonly Output[]): void {
    const node = this.#nodeAt(from);
    for (const output of outputs) {
      if (output.kind === 'send') this.#send(from, output.to, output.message);
      if (output.kind === 'broadcast') {
        for (let to = 0; to < this.#nodes.length; to++) {
          if (to !== from) this.#send(from, to, output.message);
        }
      }
      if (output.kind === 'wake') {
        node.wakeAtMs = output.atMs;
        this.#queue.push(output.atMs, { kind: 'wake', node: from, atMs: output.atMs });
      }
      if (output.kind === 'commit') this.#settle(from, output.commit.transactions, true);
      if (output.kind === 'reject') this.#settle(from, output.transactions, false);
      if (output.kind === 'commit' && from === 0 && this.#isMeasured) this.#blocks++;
    }
  }

  #send(from: number, to: number, message: Message): void {
    const work = { kind: 'message', from, message } as const;
    this.#queue.push(this.#nowMs + linkDelayMs, { kind: 'arrive', to, work });
  }

  #settle(index: number, transactions: readonly Transaction[], isCommit: boolean): void {
    const { sentMs } = this.#nodeAt(index);
    for (const transaction of transactions) {
      const key = transactionKey(transaction);
      const atMs = sentMs.get(key);
      if (atMs === undefined) continue;
      sentMs.delete(key);
      if (!this.#isMeasured) continue;
      if (!isCommit) {
        this.#rejected++;
        continue;
      }
      this.#committed++;
      this.#latencies.push(this.#nowMs - atMs);
    }
  }

  get #isMeasured(): boolean {
    return this.#nowMs >= this.#options.warmupMs;
  }

  #nodeAt(index: number): HostNode {
    const node = this.#nodes[index];
    if (node === undefined) throw new Error(`no node ${index}`);
    return node;
  }

  #result(): BusyHostResult {
    const seconds = this.#options.measureMs / 1_000;
    const sorted = this.#latencies.sort((a, b) => a - b);
    const total = Object.values(this.#spent).reduce((sum, each) => sum + each, 0);
    const shares: Record<string, number> = {};
    for (const [label, spent] of Object.entries(this.#spent)) shares[label] = spent / total;
    return {
      committedPerSec: this.#committed / seconds,
      rejectedPerSec: this.#rejected / seconds,
      latencyP50Ms: sorted[sorted.length >>> 1] ?? Number.NaN,
      latencyMaxMs: sorted.at(-1) ?? Number.NaN,
      blocksPerSec: this.#blocks / seconds,
      roundsTimedOut: Math.max(
        ...this.#nodes.map(({ engine }) => engine.status().counters.roundsTimedOut),
      ),
      shares,
    };
  }
}
