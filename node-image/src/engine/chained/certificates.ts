import type { Crypto, SignedStatement } from '../seam/crypto.ts';
import { StatementMemo } from '../shared/statement-memo.ts';
import { Aggregates, type Claim, type Proof } from './aggregates.ts';
import { genesisId, genesisQc } from './genesis.ts';
import type {
  BlockId,
  Proposal,
  QuorumCertificate,
  TimeoutCertificate,
  TimeoutEntry,
  Vote,
} from './messages.ts';
import type { ProposalFront } from './proposal-log.ts';
import type { ChainedRules } from './rules.ts';
import type { Signing } from './signing.ts';

/** In place of the signature of an entry that an aggregate covers. */
const noSignature = new Uint8Array(0);

/** Certificates remembered as verified; older ones would be verified again if they came back. */
const certificatesMax = 1024;

export interface CertificateOptions {
  readonly committeeSize: number;
  readonly selfIndex: number;
  readonly rules: ChainedRules;
  readonly signing: Signing;
  /** Whether certificates of other signers for one block are told apart. */
  readonly keepsSigners?: boolean;
}

/** A certificate, or null if too few are left without those whose signatures were false. */
export interface Certified<T> {
  readonly certificate: T | null;
  readonly culprits: readonly number[];
}

/**
 * Checks signatures and certificates, none of them twice.
 *
 * The memo remembers statements ("member 3 voted for block b in round 7") together with the
 * signature that proved them. A certificate that arrives with other bytes for a known statement
 * is true all the same, but its bytes may be garbage: so every check **returns the certificate
 * made of the verified signatures**, and only that one may be stored, sent on or voted upon.
 * They are copies: what arrives is a view that would keep the whole frame it came in alive.
 * Of signatures that are added up (aggregates.ts) the memo proves nothing: what comes is checked.
 */
export class Certificates {
  readonly #options: CertificateOptions;
  readonly #crypto: Crypto;
  readonly #quorum: number;
  /** Key: blockId; more than one certified block in a round would be a broken assumption. */
  readonly #verified = new Map<BlockId, QuorumCertificate>();
  readonly #votes: StatementMemo<BlockId>;
  readonly #timeouts: StatementMemo<number>;
  /** Null where certificates hold a signature of each member. */
  readonly #aggregates: Aggregates | null;
  #signaturesVerified = 0;
  #signaturesRefused = 0;

  constructor(options: CertificateOptions, crypto: Crypto) {
    this.#options = options;
    this.#crypto = crypto;
    this.#quorum = options.rules.quorumSize(options.committeeSize);
    this.#votes = new StatementMemo(options.committeeSize);
    this.#timeouts = new StatementMemo(options.committeeSize);
    const { aggregation } = crypto;
    this.#aggregates =
      aggregation === null
        ? null
        : new Aggregates(aggregation, (...claim) => this.#isTrue(...claim));
  }

  get signaturesVerified(): number {
    return this.#signaturesVerified + (this.#aggregates?.checks ?? 0);
  }

  /** Of those verified, the false ones whose bringer is to blame. */
  get signaturesRefused(): number {
    return this.#signaturesRefused;
  }

  isProposalSigned(proposal: Proposal): boolean {
    const { block, signature } = proposal;
    if (block.author === this.#options.selfIndex) return false; // a node never receives its own
    const { author, round, id } = block;
    return this.isFrontSigned({ author, round, id, signature });
  }

  /** Whether its author signed a proposal, by what is signed of it alone. */
  isFrontSigned({ author, round, id, signature }: ProposalFront & { round: number }): boolean {
    return this.#verify(author, this.#options.signing.proposal(round, id), signature);
  }

  /** @returns the vote with a signature that was verified, or null if it is not valid */
  verifiedVote(vote: Vote): Vote | null {
    const { voter, round, blockId, signature } = vote;
    const proven = this.#votes.recall(round, voter, blockId);
    if (proven !== undefined) return proven === signature ? vote : { ...vote, signature: proven };
    if (!this.#verify(voter, this.#options.signing.vote(round, blockId), signature)) return null;
    const kept = new Uint8Array(signature);
    this.#votes.remember(round, voter, blockId, kept);
    return { ...vote, signature: kept };
  }

  /** A vote that may be counted: verified, or to be checked with the others of its quorum. */
  admittedVote(vote: Vote): Vote | null {
    if (this.#aggregates?.mayWait(vote.voter) !== true) return this.verifiedVote(vote);
    return { ...vote, signature: new Uint8Array(vote.signature) };
  }

  /** @param votes admitted, for one block, by ascending voter, at least one */
  certifyVotes(votes: readonly Vote[]): Certified<QuorumCertificate> {
    const { signing } = this.#options;
    const claims = votes.map(({ round, blockId, voter, signature }) => ({
      signer: voter,
      message: signing.vote(round, blockId),
      signature,
    }));
    const { parts, signatures, culprits } = this.#prove(claims);
    const [first] = votes;
    if (first === undefined || parts.length < this.#quorum) return { certificate: null, culprits };
    const { round, blockId } = first;
    const signers = parts.map(({ signer }) => signer);
    return { certificate: this.adopt({ round, blockId, signers, signatures }), culprits };
  }

  /** @returns the entry with a signature that was verified, or null if it is not valid */
  verifiedTimeout(round: number, entry: TimeoutEntry): TimeoutEntry | null {
    const { voter, highQcRound, signature } = entry;
    const proven = this.#timeouts.recall(round, voter, highQcRound);
    if (proven !== undefined) return proven === signature ? entry : { ...entry, signature: proven };
    const bytes = this.#options.signing.timeout(round, highQcRound);
    if (!this.#verify(voter, bytes, signature)) return null;
    const kept = new Uint8Array(signature);
    this.#timeouts.remember(round, voter, highQcRound, kept);
    return { ...entry, signature: kept };
  }

  /** As `admittedVote`. */
  admittedTimeout(round: number, entry: TimeoutEntry): TimeoutEntry | null {
    if (this.#aggregates?.mayWait(entry.voter) !== true) return this.verifiedTimeout(round, entry);
    return { ...entry, signature: new Uint8Array(entry.signature) };
  }

  /** @param entries admitted, by ascending voter */
  certifyTimeouts(
    round: number,
    entries: readonly TimeoutEntry[],
  ): Certified<Pick<TimeoutCertificate, 'entries' | 'aggregate'>> {
    const { parts, signatures, culprits } = this.#prove(
      entries.map((entry) => ({
        ...this.#timeoutStatement(round, entry),
        signature: entry.signature,
      })),
    );
    if (parts.length < this.#quorum) return { certificate: null, culprits };
    if (this.#aggregates === null) return { certificate: { entries }, culprits };
    const left = entries.filter(({ voter }) => !culprits.includes(voter));
    const [aggregate = noSignature] = signatures;
    return { certificate: { entries: left.map(withoutSignature), aggregate }, culprits };
  }

  /** Signs and remembers, so that this node's own signature is never verified in a certificate. */
  signVote(round: number, blockId: BlockId): Uint8Array {
    const signature = this.#crypto.sign(this.#options.signing.vote(round, blockId));
    this.#votes.remember(round, this.#options.selfIndex, blockId, signature);
    return signature;
  }

  signTimeout(round: number, highQcRound: number): Uint8Array {
    const signature = this.#crypto.sign(this.#options.signing.timeout(round, highQcRound));
    this.#timeouts.remember(round, this.#options.selfIndex, highQcRound, signature);
    return signature;
  }

  signProposal(round: number, blockId: BlockId): Uint8Array {
    return this.#crypto.sign(this.#options.signing.proposal(round, blockId));
  }

  /** Takes note of a certificate whose every signature this node has checked or made. */
  adopt(qc: QuorumCertificate): QuorumCertificate {
    const known = this.#verified.get(qc.blockId);
    if (known !== undefined && known.round === qc.round && this.#isAsGood(known, qc)) return known;
    this.#verified.set(qc.blockId, qc);
    if (this.#verified.size > certificatesMax) {
      for (const oldest of this.#verified.keys()) {
        this.#verified.delete(oldest);
        break;
      }
    }
    return qc;
  }

  /** @returns the same certificate made of verified signatures, or null if it is not valid */
  verifiedQc(qc: QuorumCertificate): QuorumCertificate | null {
    if (qc.round === 0 || qc.blockId === genesisId) return this.#genesisQc(qc);
    const known = this.#verified.get(qc.blockId);
    if (known !== undefined && known.round !== qc.round) return null;
    if (known !== undefined && this.#isAsGood(known, qc)) return known;
    if (this.#options.keepsSigners === true && qc.signers.length > this.#quorum) return null;
    if (!this.#areDistinctMembers(qc.signers)) return null;
    if (this.#aggregates !== null) return this.#aggregatedQc(qc, this.#aggregates);
    return qc.signers.length === qc.signatures.length ? this.#checkedQc(qc) : null;
  }

  /** @returns the same certificate made of verified signatures, or null if it is not valid */
  verifiedTc(tc: TimeoutCertificate): TimeoutCertificate | null {
    if (!this.#areDistinctMembers(tc.entries.map((entry) => entry.voter))) return null;
    if (tc.highQc.round >= tc.round || !this.#options.rules.carriesItsHighQc(tc)) return null;
    if (tc.entries.some(({ highQcRound }) => highQcRound >= tc.round)) return null;
    if (this.#aggregates !== null) return this.#aggregatedTc(tc, this.#aggregates);
    const entries: TimeoutEntry[] = [];
    for (const entry of tc.entries) {
      const proven = this.verifiedTimeout(tc.round, entry);
      if (proven === null) return null;
      entries.push(proven);
    }
    const highQc = this.verifiedQc(tc.highQc);
    return highQc === null ? null : { round: tc.round, entries, highQc };
  }

  /** Ids may cover signers: one that names some is not the certificate that all others have. */
  #genesisQc({ round, blockId, signers, signatures }: QuorumCertificate): QuorumCertificate | null {
    const isBare = signers.length === 0 && signatures.length === 0;
    return round === 0 && blockId === genesisId && isBare ? genesisQc : null;
  }

  #aggregatedQc(qc: QuorumCertificate, aggregates: Aggregates): QuorumCertificate | null {
    const [aggregate, more] = qc.signatures;
    if (aggregate === undefined || more !== undefined) return null;
    const message = this.#options.signing.vote(qc.round, qc.blockId);
    const statements = qc.signers.map((signer) => ({ signer, message }));
    if (!aggregates.holds(statements, aggregate)) return this.#refused();
    const { round, blockId, signers } = qc;
    return this.adopt({ round, blockId, signers, signatures: [new Uint8Array(aggregate)] });
  }

  #aggregatedTc(tc: TimeoutCertificate, aggregates: Aggregates): TimeoutCertificate | null {
    const { round, entries, aggregate } = tc;
    if (aggregate === undefined) return null;
    const statements = entries.map((entry) => this.#timeoutStatement(round, entry));
    if (!aggregates.holds(statements, aggregate)) return this.#refused();
    const highQc = this.verifiedQc(tc.highQc);
    if (highQc === null) return null;
    const kept = new Uint8Array(aggregate);
    return { round, entries: entries.map(withoutSignature), highQc, aggregate: kept };
  }

  #timeoutStatement(round: number, { voter, highQcRound }: TimeoutEntry): SignedStatement {
    return { signer: voter, message: this.#options.signing.timeout(round, highQcRound) };
  }

  #prove(claims: readonly Claim[]): Proof {
    const signatures = claims.map(({ signature }) => signature);
    return this.#aggregates?.prove(claims) ?? { parts: claims, signatures, culprits: [] };
  }

  /** The first quorum of signatures is checked and kept; what exceeds it is cut off. */
  #checkedQc(qc: QuorumCertificate): QuorumCertificate | null {
    const signers = qc.signers.slice(0, this.#quorum);
    const signatures: Uint8Array[] = [];
    const bytes = this.#options.signing.vote(qc.round, qc.blockId);
    for (const signer of signers) {
      const claimed = qc.signatures[signatures.length];
      let proven = this.#votes.recall(qc.round, signer, qc.blockId);
      if (proven === undefined) {
        if (claimed === undefined || !this.#verify(signer, bytes, claimed)) return null;
        proven = new Uint8Array(claimed);
        // The certificate may still fail, and come again with its true signatures the same.
        this.#votes.remember(qc.round, signer, qc.blockId, proven);
      }
      signatures.push(proven);
    }
    return this.adopt({ round: qc.round, blockId: qc.blockId, signers, signatures });
  }

  /** Whether one certificate may stand for the other, which certifies the same. */
  #isAsGood(known: QuorumCertificate, other: QuorumCertificate): boolean {
    if (this.#options.keepsSigners !== true) return true;
    const { signers } = known;
    return (
      signers.length === other.signers.length &&
      signers.every((signer, index) => signer === other.signers[index])
    );
  }

  #areDistinctMembers(members: readonly number[]): boolean {
    if (members.length < this.#quorum) return false;
    let previous = -1;
    for (const member of members) {
      if (!Number.isInteger(member) || member <= previous) return false;
      if (member >= this.#options.committeeSize) return false;
      previous = member;
    }
    return true;
  }

  #verify(signer: number, bytes: Uint8Array, signature: Uint8Array): boolean {
    if (signer < 0 || signer >= this.#options.committeeSize) return false;
    return this.#isTrue(signer, bytes, signature) || this.#refused() !== null;
  }

  #isTrue(signer: number, bytes: Uint8Array, signature: Uint8Array): boolean {
    this.#signaturesVerified++;
    return this.#crypto.verify(signer, bytes, signature);
  }

  #refused(): null {
    this.#signaturesRefused++;
    return null;
  }
}

/** What an aggregate covers needs no signature, and whatever came in place of one goes no further. */
function withoutSignature({ voter, highQcRound }: TimeoutEntry): TimeoutEntry {
  return { voter, highQcRound, signature: noSignature };
}
