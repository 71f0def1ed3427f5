import type { Crypto } from '../seam/crypto.ts';
import { StatementMemo } from '../shared/statement-memo.ts';
import { genesisId, genesisQc } from './genesis.ts';
import type {
  BlockId,
  Proposal,
  QuorumCertificate,
  TimeoutCertificate,
  TimeoutEntry,
  Vote,
} from './messages.ts';
import type { ChainedRules } from './rules.ts';
import type { Signing } from './signing.ts';

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

/**
 * Checks signatures and certificates, none of them twice.
 *
 * The memo remembers statements ("member 3 voted for block b in round 7") together with the
 * signature that proved them. A certificate that arrives with other bytes for a known statement
 * is true all the same, but its bytes may be garbage: so every check **returns the certificate
 * made of the verified signatures**, and only that one may be stored, sent on or voted upon.
 * They are copies: what arrives is a view that would keep the whole frame it came in alive.
 */
export class Certificates {
  readonly #options: CertificateOptions;
  readonly #crypto: Crypto;
  readonly #quorum: number;
  /** Key: blockId; more than one certified block in a round would be a broken assumption. */
  readonly #verified = new Map<BlockId, QuorumCertificate>();
  readonly #votes: StatementMemo<BlockId>;
  readonly #timeouts: StatementMemo<number>;
  #signaturesVerified = 0;
  #signaturesRefused = 0;

  constructor(options: CertificateOptions, crypto: Crypto) {
    this.#options = options;
    this.#crypto = crypto;
    this.#quorum = options.rules.quorumSize(options.committeeSize);
    this.#votes = new StatementMemo(options.committeeSize);
    this.#timeouts = new StatementMemo(options.committeeSize);
  }

  get signaturesVerified(): number {
    return this.#signaturesVerified;
  }

  /** Of those verified, the false ones. */
  get signaturesRefused(): number {
    return this.#signaturesRefused;
  }

  isProposalSigned(proposal: Proposal): boolean {
    const { block, signature } = proposal;
    if (block.author === this.#options.selfIndex) return false; // a node never receives its own
    const bytes = this.#options.signing.proposal(block.round, block.id);
    return this.#verify(block.author, bytes, signature);
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
    if (qc.round === 0 || qc.blockId === genesisId) {
      return qc.round === 0 && qc.blockId === genesisId ? genesisQc : null;
    }
    const known = this.#verified.get(qc.blockId);
    if (known !== undefined && known.round !== qc.round) return null;
    if (known !== undefined && this.#isAsGood(known, qc)) return known;
    if (this.#options.keepsSigners === true && qc.signers.length > this.#quorum) return null;
    if (qc.signers.length !== qc.signatures.length) return null;
    if (!this.#areDistinctMembers(qc.signers)) return null;
    return this.#checkedQc(qc);
  }

  /** @returns the same certificate made of verified signatures, or null if it is not valid */
  verifiedTc(tc: TimeoutCertificate): TimeoutCertificate | null {
    if (!this.#areDistinctMembers(tc.entries.map((entry) => entry.voter))) return null;
    if (tc.highQc.round >= tc.round || !this.#options.rules.carriesItsHighQc(tc)) return null;
    const entries: TimeoutEntry[] = [];
    for (const entry of tc.entries) {
      if (entry.highQcRound >= tc.round) return null;
      const proven = this.verifiedTimeout(tc.round, entry);
      if (proven === null) return null;
      entries.push(proven);
    }
    const highQc = this.verifiedQc(tc.highQc);
    return highQc === null ? null : { round: tc.round, entries, highQc };
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
    this.#signaturesVerified++;
    const isTrue = this.#crypto.verify(signer, bytes, signature);
    if (!isTrue) this.#signaturesRefused++;
    return isTrue;
  }
}
