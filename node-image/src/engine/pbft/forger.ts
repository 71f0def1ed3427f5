import type { Crypto } from '../seam/crypto.ts';
import type { EngineStatus } from '../seam/engine.ts';
import type { Chance, Forger } from '../seam/forger.ts';
import { toHex } from '../shared/bytes.ts';
import { BlockHasher } from './block.ts';
import {
  type CheckpointVote,
  genesis,
  type LogRequest,
  type Message,
  type NewView,
  type PreparedCertificate,
  type StableCertificate,
  type ViewChange,
} from './messages.ts';
import { createSigning, type Signing, type SlotStatement } from './signing.ts';

/** Slots and checkpoints remembered, the newest. */
const rememberedMax = 64;

export interface PbftForgerOptions {
  readonly chainId: string;
  readonly selfIndex: number;
}

/** Makes what a Byzantine member of PBFT sends: with its own key, and no other's. */
export class PbftForger implements Forger<Message> {
  readonly #selfIndex: number;
  readonly #crypto: Crypto;
  readonly #signing: Signing;
  readonly #hasher: BlockHasher;
  /** Ids heard of in a slot. */
  readonly #ids = new Map<number, readonly string[]>();
  #stables: readonly StableCertificate[] = [genesis];

  constructor({ chainId, selfIndex }: PbftForgerOptions, crypto: Crypto) {
    this.#selfIndex = selfIndex;
    this.#crypto = crypto;
    this.#signing = createSigning(chainId, crypto.hash);
    this.#hasher = new BlockHasher(this.#signing.blockPrefix, crypto.hash);
  }

  note(message: Message): void {
    if (message.kind === 'pre-prepare') this.#noteId(message.block.slot, message.block.id);
    else if (message.kind === 'prepare') this.#noteId(message.slot, message.id);
    else if (message.kind === 'stable') this.#noteStable(message.certificate);
    else if (message.kind === 'view-change') this.#noteStable(message.statement.stable);
  }

  /** Calls for a view are no votes: two of them that differ are evidence all the same. */
  contradict(message: Message): Message | null {
    switch (message.kind) {
      case 'pre-prepare': {
        const { block, view } = message;
        const header = {
          ...block,
          transactions: block.transactions.slice(0, -1),
          createdUnixMs: block.createdUnixMs + 1,
        };
        const of = { view, slot: block.slot, id: this.#hasher.id(header) };
        return { ...message, block: { ...header, id: of.id }, signature: this.#sign('P', of) };
      }
      case 'prepare':
      case 'commit': {
        const of = { ...message, id: this.#otherId(message) };
        const signature = this.#sign(message.kind === 'prepare' ? 'R' : 'C', of);
        return { ...of, signature: message.signature.length === 0 ? message.signature : signature };
      }
      case 'checkpoint':
        return this.#otherCheckpoint(message);
      default:
        return null;
    }
  }

  /** With a certificate that proves nothing, or with other blocks than its own proof demands. */
  invalidate(message: Message, chance: Chance): ViewChange | NewView | null {
    if (message.kind === 'view-change') {
      const { view, stable } = message.statement;
      return this.#call(view, stable, [this.#falseCertificate(view, stable.slot + 1, chance)]);
    }
    if (message.kind !== 'new-view' || message.proposals.length === 0) return null;
    const { view, statements } = message;
    const proposals = message.proposals.map(({ slot, id }) => {
      const of = { view, slot, id: this.#otherId({ view, slot, id }) };
      return { slot, id: of.id, signature: this.#sign('P', of) };
    });
    const bytes = this.#signing.newView(view, statements, proposals);
    return { ...message, proposals, signature: this.#crypto.sign(bytes) };
  }

  /** Claims to have prepared nothing since some old checkpoint. */
  understate(message: Message, chance: Chance): ViewChange | null {
    if (message.kind !== 'view-change') return null;
    const { view, stable } = message.statement;
    const older = this.#stables.filter(({ slot }) => slot <= stable.slot);
    return this.#call(view, older[Math.floor(chance() * older.length)] ?? genesis, []);
  }

  missign(status: EngineStatus, chance: Chance): ViewChange {
    const { statement } = this.giveUp(status);
    const signature = new Uint8Array(statement.signature);
    const at = Math.floor(chance() * signature.length);
    signature[at] = (signature[at] ?? 0) ^ (1 + Math.floor(chance() * 255));
    return { kind: 'view-change', statement: { ...statement, signature } };
  }

  giveUp({ round }: EngineStatus): ViewChange {
    return this.#call(round + 1, this.#stables.at(-1) ?? genesis, []);
  }

  /** The whole log. */
  request(): LogRequest {
    return { kind: 'log-request', executedSlot: 0, wantsSnapshot: false };
  }

  #sign(kind: 'P' | 'R' | 'C', of: SlotStatement): Uint8Array {
    return this.#crypto.sign(this.#signing.slot(kind, of));
  }

  #call(
    view: number,
    stable: StableCertificate,
    prepared: readonly PreparedCertificate[],
  ): ViewChange {
    const content = { view, stable, prepared };
    const signature = this.#crypto.sign(this.#signing.viewChange(content));
    return { kind: 'view-change', statement: { ...content, member: this.#selfIndex, signature } };
  }

  #otherCheckpoint(message: CheckpointVote): CheckpointVote {
    const logDigest = toHex(this.#crypto.hash(Buffer.from(message.logDigest, 'hex')));
    const signature = this.#crypto.sign(this.#signing.checkpoint({ ...message, logDigest }));
    return { ...message, logDigest, signature };
  }

  /** A true rival if there is one, else an id that no block hashes to. */
  #otherId(of: SlotStatement): string {
    const rival = this.#ids.get(of.slot)?.find((id) => id !== of.id);
    return rival ?? toHex(this.#crypto.hash(this.#signing.slot('R', of)));
  }

  /** Too few signers, or one signer over and over. */
  #falseCertificate(view: number, slot: number, chance: Chance): PreparedCertificate {
    const of = { view: view - 1, slot, id: this.#otherId({ view, slot, id: '' }) };
    const own = { member: this.#selfIndex, signature: this.#sign('R', of) };
    const prepares = chance() < 0.5 ? [own] : Array.from({ length: 8 }, () => own);
    return { ...of, proposalSignature: this.#sign('P', of), prepares };
  }

  #noteId(slot: number, id: string): void {
    const known = this.#ids.get(slot) ?? [];
    if (known.includes(id)) return;
    this.#ids.set(slot, [...known, id].slice(-4));
    if (this.#ids.size <= rememberedMax) return;
    for (const oldest of this.#ids.keys()) {
      this.#ids.delete(oldest);
      return;
    }
  }

  #noteStable(certificate: StableCertificate): void {
    if (certificate.slot <= (this.#stables.at(-1)?.slot ?? 0)) return;
    this.#stables = [...this.#stables, certificate].slice(-rememberedMax);
  }
}
