import type {
  Block,
  Checkpoint,
  MemberSignature,
  Message,
  PreparedCertificate,
  StableCertificate,
  ViewChangeStatement,
} from '../../../node-image/src/engine/pbft/messages.ts';
import { genesis } from '../../../node-image/src/engine/pbft/messages.ts';

/** A block in a slot of a view, with what the coalition holds for it. */
export interface Candidate {
  readonly view: number;
  readonly slot: number;
  readonly id: string;
  proposalSignature: Uint8Array | null;
  readonly prepares: Map<number, Uint8Array>;
}

const statementsMax = 6;

/** What the members of a coalition have seen, all together. */
export class Knowledge {
  readonly #quorum: number;
  readonly #candidates = new Map<string, Candidate>();
  readonly #checkpoints = new Map<string, Map<number, Uint8Array>>();
  readonly #calls = new Map<number, Map<number, ViewChangeStatement[]>>();
  readonly blocks = new Map<string, Block>();
  /** Oldest first; genesis at first. */
  readonly stables: StableCertificate[] = [genesis];
  highestView = 0;
  highestSlot = 0;

  constructor(quorum: number) {
    this.#quorum = quorum;
  }

  /** @returns the candidate that this message told of for the first time */
  learn(from: number, message: Message): Candidate | null {
    switch (message.kind) {
      case 'pre-prepare': {
        const { view, block, signature } = message;
        this.blocks.set(block.id, block);
        return this.propose({ view, slot: block.slot, id: block.id }, signature);
      }
      case 'prepare':
        return this.prepare(from, message, message.signature);
      case 'checkpoint':
        this.#learnCheckpoint(from, message, message.signature);
        return null;
      case 'view-change':
        this.call(message.statement);
        return null;
      case 'new-view':
        for (const statement of message.statements) this.call(statement);
        for (const each of message.proposals) {
          this.propose({ ...each, view: message.view }, each.signature);
        }
        this.highestView = Math.max(this.highestView, message.view);
        return null;
      default:
        return null;
    }
  }

  propose(
    of: { view: number; slot: number; id: string },
    signature: Uint8Array,
  ): Candidate | null {
    const { candidate, isNew } = this.#candidate(of);
    candidate.proposalSignature ??= signature;
    return isNew ? candidate : null;
  }

  prepare(
    member: number,
    of: { view: number; slot: number; id: string },
    signature: Uint8Array,
  ): Candidate | null {
    const { candidate, isNew } = this.#candidate(of);
    candidate.prepares.set(member, signature);
    return isNew ? candidate : null;
  }

  call(statement: ViewChangeStatement): void {
    const { view, member } = statement;
    const members = this.#calls.get(view) ?? new Map<number, ViewChangeStatement[]>();
    this.#calls.set(view, members);
    const held = members.get(member) ?? [];
    if (held.length < statementsMax) members.set(member, [...held, statement]);
    this.#learnStable(statement.stable);
    for (const certificate of statement.prepared) this.#learnCertificate(certificate);
  }

  calls(view: number): ReadonlyMap<number, readonly ViewChangeStatement[]> {
    return this.#calls.get(view) ?? new Map();
  }

  candidates(): IterableIterator<Candidate> {
    return this.#candidates.values();
  }

  candidatesIn(slot: number): Candidate[] {
    return [...this.#candidates.values()].filter((each) => each.slot === slot);
  }

  /** A true certificate, where there are enough signatures for one. */
  certificateOf({ view, slot, id, proposalSignature, prepares }: Candidate) {
    if (proposalSignature === null || prepares.size < this.#quorum - 1) return null;
    const chosen = [...prepares].slice(0, this.#quorum - 1);
    const signatures: MemberSignature[] = chosen.map(([member, signature]) => ({
      member,
      signature,
    }));
    return { view, slot, id, proposalSignature, prepares: signatures };
  }

  #candidate(of: { view: number; slot: number; id: string }) {
    const { view, slot, id } = of;
    const key = `${view}/${slot}/${id}`;
    const held = this.#candidates.get(key);
    if (held !== undefined) return { candidate: held, isNew: false };
    const fresh: Candidate = { view, slot, id, proposalSignature: null, prepares: new Map() };
    this.#candidates.set(key, fresh);
    this.highestSlot = Math.max(this.highestSlot, slot);
    this.highestView = Math.max(this.highestView, view);
    return { candidate: fresh, isNew: true };
  }

  #learnCertificate(certificate: PreparedCertificate): void {
    const { candidate } = this.#candidate(certificate);
    candidate.proposalSignature ??= certificate.proposalSignature;
    for (const { member, signature } of certificate.prepares) {
      if (!candidate.prepares.has(member)) candidate.prepares.set(member, signature);
    }
  }

  #learnCheckpoint(member: number, checkpoint: Checkpoint, signature: Uint8Array): void {
    const { slot, logDigest, windowsDigest } = checkpoint;
    const key = `${slot}/${logDigest}/${windowsDigest}`;
    const signatures = this.#checkpoints.get(key) ?? new Map<number, Uint8Array>();
    this.#checkpoints.set(key, signatures.set(member, signature));
    if (signatures.size < this.#quorum) return;
    this.#learnStable({
      slot,
      logDigest,
      windowsDigest,
      signatures: [...signatures].map(([each, bytes]) => ({ member: each, signature: bytes })),
    });
  }

  #learnStable(certificate: StableCertificate): void {
    const last = this.stables.at(-1) ?? genesis;
    if (certificate.slot <= last.slot) return;
    this.stables.push(certificate);
    for (const [key, candidate] of this.#candidates) {
      const floor = this.stables.at(-3)?.slot ?? 0;
      if (candidate.slot <= floor) this.#candidates.delete(key);
    }
  }
}
