import type { Crypto } from '../seam/crypto.ts';
import { faultyMax } from '../shared/quorum.ts';
import type {
  Checkpoint,
  MemberSignature,
  NewView,
  PreparedCertificate,
  StableCertificate,
  ViewChangeStatement,
} from './messages.ts';
import { genesis } from './messages.ts';
import type { SafetyRules } from './rules.ts';
import type { Signing, SlotStatement } from './signing.ts';

export interface StatementsOptions {
  readonly committeeSize: number;
  readonly rules: SafetyRules;
  readonly signing: Signing;
}

/** Statements remembered per slot and member: an honest one makes one or two per view. */
const rememberedPerSlotAndMember = 8;
/** Stable certificates remembered as verified. */
const stableMax = 1_024;

/**
 * Checks signatures and certificates, none of them twice, because the same PREPAREs come back in
 * every view change. What was proven is remembered together with the signature that proved it. A
 * certificate that arrives with other bytes for a known statement is true all the same, but its
 * bytes may be garbage: so every check returns what is made of **verified signatures**, copied
 * out of their frames, and only that may be kept and sent on.
 */
export class Statements {
  readonly #options: StatementsOptions;
  readonly #crypto: Crypto;
  readonly quorum: number;
  readonly #proven = new Map<number, Map<string, Uint8Array>>();
  readonly #stable = new Map<string, StableCertificate>();
  /** At or below this slot nothing is remembered. */
  #floorSlot = 0;
  #verified = 0;
  #refused = 0;

  constructor(options: StatementsOptions, crypto: Crypto) {
    this.#options = options;
    this.#crypto = crypto;
    this.quorum = options.rules.quorumSize(options.committeeSize);
  }

  get signaturesVerified(): number {
    return this.#verified;
  }

  /** Of those verified, the false ones. */
  get signaturesRefused(): number {
    return this.#refused;
  }

  /** Signs a statement of this node and remembers it. */
  sign(kind: 'P' | 'R' | 'C', self: number, statement: SlotStatement): Uint8Array {
    const signature = this.#crypto.sign(this.#options.signing.slot(kind, statement));
    this.#remember(keyOf(kind, self, statement), statement.slot, signature);
    return signature;
  }

  signBytes(bytes: Uint8Array): Uint8Array {
    return this.#crypto.sign(bytes);
  }

  /** @returns a signature that was verified, or null if the member did not say that */
  proven(
    kind: 'P' | 'R' | 'C',
    member: number,
    statement: SlotStatement,
    signature: Uint8Array,
  ): Uint8Array | null {
    const key = keyOf(kind, member, statement);
    const known = this.#proven.get(statement.slot)?.get(key);
    if (known !== undefined) return known;
    if (!this.#verify(member, this.#options.signing.slot(kind, statement), signature)) return null;
    return this.#remember(key, statement.slot, new Uint8Array(signature));
  }

  /** @returns the certificate made of verified signatures, or null if it proves nothing */
  provenPrepared(certificate: PreparedCertificate): PreparedCertificate | null {
    const { rules, committeeSize } = this.#options;
    if (!rules.checksCertificates) return certificate;
    const { view, slot, id, prepares } = certificate;
    const primary = view % committeeSize;
    const claimed = prepares.slice(0, this.quorum - 1);
    if (claimed.length < this.quorum - 1 || !areDistinct(claimed, primary)) return null;
    const proposalSignature = this.proven('P', primary, certificate, certificate.proposalSignature);
    if (proposalSignature === null) return null;
    const proven: MemberSignature[] = [];
    for (const { member, signature } of claimed) {
      const kept = this.proven('R', member, certificate, signature);
      if (kept === null) return null;
      proven.push({ member, signature: kept });
    }
    return { slot, view, id, proposalSignature, prepares: proven };
  }

  isCheckpointSigned(member: number, checkpoint: Checkpoint, signature: Uint8Array): boolean {
    return this.#verify(member, this.#options.signing.checkpoint(checkpoint), signature);
  }

  /** Takes note of a certificate whose every signature this node has checked. */
  adoptStable(certificate: StableCertificate): StableCertificate {
    const key = stableKey(certificate);
    const known = this.#stable.get(key);
    if (known !== undefined) return known;
    this.#stable.set(key, certificate);
    if (this.#stable.size > stableMax) {
      for (const oldest of this.#stable.keys()) {
        this.#stable.delete(oldest);
        break;
      }
    }
    return certificate;
  }

  /** @returns the certificate made of verified signatures, or null if it proves nothing */
  provenStable(certificate: StableCertificate): StableCertificate | null {
    if (certificate.slot === 0) return isGenesis(certificate) ? genesis : null;
    const known = this.#stable.get(stableKey(certificate));
    if (known !== undefined) return known;
    const claimed = certificate.signatures.slice(0, this.quorum);
    if (claimed.length < this.quorum || !areDistinct(claimed, -1)) return null;
    const bytes = this.#options.signing.checkpoint(certificate);
    if (!claimed.every(({ member, signature }) => this.#verify(member, bytes, signature))) {
      return null;
    }
    const { slot, logDigest, windowsDigest } = certificate;
    return this.adoptStable({ slot, logDigest, windowsDigest, signatures: copied(claimed) });
  }

  /**
   * Everything in the statement: its signature, its checkpoint, each of its certificates.
   * @param windowSlots above its checkpoint, where certificates may lie
   */
  provenViewChange(
    statement: ViewChangeStatement,
    windowSlots: number,
  ): ViewChangeStatement | null {
    const { view, member, signature } = statement;
    const bytes = this.#options.signing.viewChange(statement);
    if (!this.#verify(member, bytes, signature)) return null;
    const stable = this.provenStable(statement.stable);
    if (stable === null) return null;
    const prepared: PreparedCertificate[] = [];
    let below = stable.slot;
    for (const certificate of statement.prepared) {
      if (certificate.slot <= below || certificate.slot > stable.slot + windowSlots) return null;
      if (certificate.view >= view) return null;
      below = certificate.slot;
      const proven = this.provenPrepared(certificate);
      if (proven === null) return null;
      prepared.push(proven);
    }
    return { view, member, stable, prepared, signature: new Uint8Array(signature) };
  }

  isNewViewSigned({ view, statements, proposals, signature }: NewView): boolean {
    const bytes = this.#options.signing.newView(view, statements, proposals);
    return this.#verify(view % this.#options.committeeSize, bytes, signature);
  }

  /** Everything up to the slot is settled: nobody will ask for it again. */
  forgetUpTo(slot: number): void {
    this.#floorSlot = Math.max(this.#floorSlot, slot);
    for (const held of this.#proven.keys()) if (held <= slot) this.#proven.delete(held);
  }

  #verify(member: number, bytes: Uint8Array, signature: Uint8Array): boolean {
    this.#verified++;
    const isTrue = this.#crypto.verify(member, bytes, signature);
    if (!isTrue) this.#refused++;
    return isTrue;
  }

  #remember(key: string, slot: number, signature: Uint8Array): Uint8Array {
    if (slot <= this.#floorSlot) return signature;
    const ofSlot = this.#proven.get(slot) ?? new Map<string, Uint8Array>();
    if (ofSlot.size >= rememberedPerSlotAndMember * this.#options.committeeSize) return signature;
    this.#proven.set(slot, ofSlot.set(key, signature));
    return signature;
  }
}

/** So many that at least one of them is honest. */
export function oneHonest(committeeSize: number): number {
  return faultyMax(committeeSize) + 1;
}

function keyOf(kind: string, member: number, { view, id }: SlotStatement): string {
  return `${kind}${member}/${view}/${id}`;
}

function stableKey({ slot, logDigest, windowsDigest }: Checkpoint): string {
  return `${slot}/${logDigest}/${windowsDigest}`;
}

/** Nothing else may pass for slot 0: what is kept in its place must be what was signed. */
function isGenesis(certificate: StableCertificate): boolean {
  return stableKey(certificate) === stableKey(genesis) && certificate.signatures.length === 0;
}

function areDistinct(signatures: readonly MemberSignature[], excluded: number): boolean {
  const members = new Set(signatures.map(({ member }) => member));
  return members.size === signatures.length && !members.has(excluded);
}

function copied(signatures: readonly MemberSignature[]): MemberSignature[] {
  return signatures.map(({ member, signature }) => ({
    member,
    signature: new Uint8Array(signature),
  }));
}
