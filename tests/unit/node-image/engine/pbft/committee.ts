import { createPbftEngine } from '../../../../../node-image/src/engine/pbft/create-engine.ts';
import type { DurableState, Message } from '../../../../../node-image/src/engine/pbft/messages.ts';
import type { PbftParameters } from '../../../../../node-image/src/engine/pbft/parameters.ts';
import type { Pbft } from '../../../../../node-image/src/engine/pbft/pbft.ts';
import type { Commit, Output } from '../../../../../node-image/src/engine/seam/engine.ts';
import type { Evidence } from '../../../../../node-image/src/engine/seam/evidence.ts';
import { writeTransactionHeader } from '../../../../../node-image/src/engine/shared/transaction.ts';
import { createCheapKeyring } from '../../../../sim/keyring.ts';

export const parameters: PbftParameters = {
  protocol: 'pbft',
  baseTimeoutMs: 1_000,
  batchTxMax: 100,
  batchBytesMax: 100_000,
  batchAgeMsMax: 0,
  mempoolTxMax: 1_000,
  auth: 'channel',
  slotsInFlight: 1,
  checkpointSlots: 4,
};

export function transaction(client: number, sequence: number): Uint8Array {
  const bytes = new Uint8Array(24);
  writeTransactionHeader(bytes, { intendedNs: 0n, client, sequence });
  return bytes;
}

export interface Sent {
  readonly from: number;
  readonly to: number;
  readonly message: Message;
}

/** Replicas that hear each other at once, unless a test comes between; time stands still. */
export class Committee {
  readonly size: number;
  readonly keyring;
  readonly engines: (Pbft | null)[];
  readonly commits: Commit[][];
  readonly evidence: Evidence[][];
  readonly disks: (DurableState | null)[];
  readonly sent: Sent[] = [];
  #queue: Sent[] = [];
  /** What it says is lost never arrives. */
  isLost: (sent: Sent) => boolean = () => false;
  nowMs = 1_000;

  constructor(size: number, overrides: Partial<PbftParameters> = {}) {
    this.size = size;
    this.keyring = createCheapKeyring(size, 1);
    this.engines = Array.from({ length: size }, () => null);
    this.commits = Array.from({ length: size }, () => []);
    this.evidence = Array.from({ length: size }, () => []);
    this.disks = Array.from({ length: size }, () => null);
    for (let index = 0; index < size; index++) this.boot(index, overrides);
  }

  boot(index: number, overrides: Partial<PbftParameters> = {}): void {
    const engine = createPbftEngine(
      {
        chainId: 'unit',
        selfIndex: index,
        committeeSize: this.size,
        parameters: { ...parameters, ...overrides },
        restored: this.disks[index] ?? null,
        peerChoiceSeed: index,
        retention: { blocksMax: 1_000, bytesMax: 2 ** 20 },
      },
      { crypto: this.keyring.forMember(index) },
    );
    this.engines[index] = engine;
    this.#carryOut(index, engine.start(this.nowMs));
  }

  submit(index: number, ...transactions: Uint8Array[]): void {
    this.#step(index, { kind: 'submit', transactions });
    this.settle();
  }

  hand(from: number, to: number, message: Message): void {
    this.#step(to, { kind: 'message', from, message });
  }

  wait(ms: number): void {
    for (let passed = 0; passed < ms; passed += 50) {
      this.nowMs += 50;
      for (let index = 0; index < this.size; index++) this.#step(index, { kind: 'wake' });
      this.settle();
    }
  }

  settle(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (!this.isLost(next)) this.hand(next.from, next.to, next.message);
    }
  }

  heights(): number[] {
    return this.engines.map((engine) => engine?.status().committedHeight ?? -1);
  }

  #step(index: number, input: Parameters<Pbft['step']>[1]): void {
    const outputs = this.engines[index]?.step(this.nowMs, input);
    if (outputs !== undefined) this.#carryOut(index, outputs);
  }

  #carryOut(from: number, outputs: readonly Output<Message, DurableState>[]): void {
    for (const output of outputs) {
      if (output.kind === 'persist') this.disks[from] = output.state;
      if (output.kind === 'commit') this.commits[from]?.push(output.commit);
      if (output.kind === 'evidence') this.evidence[from]?.push(output.evidence);
      if (output.kind === 'send') this.#post({ from, to: output.to, message: output.message });
      if (output.kind !== 'broadcast') continue;
      for (let to = 0; to < this.size; to++) {
        if (to !== from) this.#post({ from, to, message: output.message });
      }
    }
  }

  #post(sent: Sent): void {
    this.sent.push(sent);
    this.#queue.push(sent);
  }
}
