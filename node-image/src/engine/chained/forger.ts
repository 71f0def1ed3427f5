import type { Crypto } from '../seam/crypto.ts';
import type { EngineStatus } from '../seam/engine.ts';
import type { Chance, Forger } from '../seam/forger.ts';
import { toHex } from '../shared/bytes.ts';
import type { StatementDomain } from '../shared/signed-statement.ts';
import { BlockHasher, type HasherOptions } from './block.ts';
import { genesisId, genesisQc } from './genesis.ts';
import type {
  Block,
  BlockId,
  BlockRequest,
  Message,
  Proposal,
  QuorumCertificate,
  Timeout,
  TimeoutCertificate,
  Vote,
} from './messages.ts';
import { createSigning, type Signing } from './signing.ts';

/** Certificates remembered, the newest; and rounds of which blocks and timeouts are remembered. */
const certificatesMax = 64;
const roundsMax = 64;

export interface ChainedForgerOptions extends StatementDomain, Omit<HasherOptions, 'signing'> {
  readonly selfIndex: number;
}

/** Makes what a Byzantine member of a chained protocol sends: with its own key, and no other's. */
export class ChainedForger implements Forger<Message> {
  readonly #selfIndex: number;
  readonly #crypto: Crypto;
  readonly #signing: Signing;
  readonly #hasher: BlockHasher;
  /** Ascending by round, one of each. */
  #certificates: QuorumCertificate[] = [genesisQc];
  readonly #timeouts = new Map<number, TimeoutCertificate>();
  /** Ids of the blocks proposed in a round. */
  readonly #proposed = new Map<number, readonly BlockId[]>();

  constructor(options: ChainedForgerOptions, crypto: Crypto) {
    this.#selfIndex = options.selfIndex;
    this.#crypto = crypto;
    this.#signing = createSigning(options);
    this.#hasher = new BlockHasher({ ...options, signing: this.#signing }, crypto);
  }

  note(message: Message): void {
    if (message.kind === 'proposal') {
      const { round, id, parentQc, timeoutCertificate } = message.block;
      const known = this.#proposed.get(round) ?? [];
      if (!known.includes(id)) remember(this.#proposed, round, [...known, id].slice(-4));
      this.#noteCertificates(parentQc, timeoutCertificate);
    } else if (message.kind === 'timeout') {
      this.#noteCertificates(message.highQc, message.lastTc);
    } else if (message.kind === 'certificate') this.#noteCertificates(message.qc, null);
  }

  contradict(message: Message): Proposal | Vote | null {
    if (message.kind === 'vote') return this.#otherVote(message);
    if (message.kind !== 'proposal') return null;
    const { block } = message;
    const transactions = block.transactions.slice(0, -1);
    return this.#proposal({ ...block, transactions, createdUnixMs: block.createdUnixMs + 1 });
  }

  makeStale(message: Message, chance: Chance): Proposal | null {
    if (message.kind !== 'proposal') return null;
    const { block } = message;
    const parentQc = this.#olderThan(block.parentQc.round, chance);
    if (parentQc === null) return null;
    const timeoutCertificate = this.#timeouts.get(block.round - 1) ?? block.timeoutCertificate;
    return this.#proposal({ ...block, parentQc, timeoutCertificate });
  }

  invalidate(message: Message, chance: Chance): Proposal | Timeout | null {
    if (message.kind === 'proposal') {
      const { block } = message;
      return this.#proposal({ ...block, parentQc: this.#falseQc(block.parentQc, chance) });
    }
    if (message.kind !== 'timeout') return null;
    return this.#timeout({ ...message, highQc: this.#falseQc(message.highQc, chance) });
  }

  understate(message: Message, chance: Chance): Timeout | null {
    if (message.kind !== 'timeout') return null;
    const highQc = this.#olderThan(message.highQc.round, chance);
    if (highQc === null) return null;
    const lastTc = message.lastTc ?? this.#timeouts.get(message.round - 1) ?? null;
    return this.#timeout({ ...message, highQc, lastTc });
  }

  missign({ round }: EngineStatus, chance: Chance): Timeout {
    const timeout = this.#giveUp(round);
    const signature = new Uint8Array(timeout.signature);
    const at = Math.floor(chance() * signature.length);
    signature[at] = (signature[at] ?? 0) ^ (1 + Math.floor(chance() * 255));
    return { ...timeout, signature };
  }

  giveUp({ round }: EngineStatus): Timeout {
    return this.#giveUp(round);
  }

  /** The whole way from genesis to some block. */
  request(chance: Chance): BlockRequest | null {
    const certificate = this.#certificates[Math.floor(chance() * this.#certificates.length)];
    if (certificate === undefined || certificate.blockId === genesisId) return null;
    return { kind: 'block-request', blockId: certificate.blockId, floorRound: 0 };
  }

  /** For another block of the round if there is one, else for one that does not exist. */
  #otherVote(vote: Vote): Vote {
    const { round } = vote;
    const rival = this.#proposed.get(round)?.find((id) => id !== vote.blockId);
    // What hashes to it is no block, so nobody can ever propose it.
    const noBlock = toHex(this.#crypto.hash(this.#signing.vote(round, vote.blockId))) as BlockId;
    const blockId = rival ?? noBlock;
    return { ...vote, blockId, signature: this.#crypto.sign(this.#signing.vote(round, blockId)) };
  }

  #giveUp(round: number): Timeout {
    const highQc = this.#olderThan(round, null) ?? genesisQc;
    const isByQc = highQc.round + 1 === round;
    const lastTc = isByQc ? null : (this.#timeouts.get(round - 1) ?? null);
    return this.#timeout({ round, highQc, lastTc });
  }

  #proposal(changed: Block): Proposal {
    const id = this.#hasher.id(changed);
    const signature = this.#crypto.sign(this.#signing.proposal(changed.round, id));
    return { kind: 'proposal', block: { ...changed, id }, signature };
  }

  #timeout({ round, highQc, lastTc }: Pick<Timeout, 'round' | 'highQc' | 'lastTc'>): Timeout {
    const signature = this.#crypto.sign(this.#signing.timeout(round, highQc.round));
    return { kind: 'timeout', round, voter: this.#selfIndex, highQc, lastTc, signature };
  }

  /** Of a round below: one of the newest, or without chance the newest. */
  #olderThan(round: number, chance: Chance | null): QuorumCertificate | null {
    const older = this.#certificates.filter((each) => each.round < round);
    const back = chance === null ? 0 : Math.floor(chance() * Math.min(older.length, 4));
    return older[older.length - 1 - back] ?? null;
  }

  /** Claims a block of the same round as certified by signatures that do not make a quorum. */
  #falseQc(qc: QuorumCertificate, chance: Chance): QuorumCertificate {
    const blockId = toHex(this.#crypto.hash(this.#signing.vote(qc.round, qc.blockId))) as BlockId;
    const own = this.#crypto.sign(this.#signing.vote(qc.round, blockId));
    const template = qc.signers.length > 0 ? qc : (this.#certificates.at(-1) ?? qc);
    const { signers } = template;
    const round = Math.max(qc.round, 1);
    const dice = Math.floor(chance() * 3);
    // Too few signers; one signer over and over; a quorum whose signatures are this member's.
    if (dice === 0) return { round, blockId, signers: [this.#selfIndex], signatures: [own] };
    const claimed = dice === 1 ? signers.map(() => this.#selfIndex) : signers;
    const isAggregated = template.signatures.length === 1;
    const signatures = isAggregated ? [own] : claimed.map(() => own);
    return { round, blockId, signers: claimed, signatures };
  }

  #noteCertificates(qc: QuorumCertificate, tc: TimeoutCertificate | null): void {
    if (tc !== null) {
      remember(this.#timeouts, tc.round, tc);
      this.#noteCertificate(tc.highQc);
    }
    this.#noteCertificate(qc);
  }

  #noteCertificate(qc: QuorumCertificate): void {
    const newer = this.#certificates.findIndex((each) => each.round >= qc.round);
    if (newer >= 0 && this.#certificates[newer]?.round === qc.round) return;
    this.#certificates.splice(newer < 0 ? this.#certificates.length : newer, 0, qc);
    if (this.#certificates.length > certificatesMax) this.#certificates.shift();
  }
}

/** Bounded: the oldest entry makes room. */
function remember<T>(map: Map<number, T>, round: number, value: T): void {
  map.set(round, value);
  if (map.size <= roundsMax) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
