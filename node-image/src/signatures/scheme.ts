import type { SignatureSchemeName } from '../contract/index.ts';
import type { Aggregation } from '../engine/seam/crypto.ts';

/**
 * A signature scheme as the node knows it: one file, one line in registry.ts (docs/signatures.md).
 * Pure: chance comes in as a seed. (What a library draws while it signs touches no decision.)
 */
export interface SignatureScheme {
  /** As scenarios write it: `engine.signature`. */
  readonly name: SignatureSchemeName;
  readonly publicKeyBytes: number;
  /** Of every signature, an aggregate included: one length, so that blocks can be reckoned with. */
  readonly signatureBytes: number;
  /** The same key from the same seed. @param seed 32 random bytes that nothing else is made of */
  createKey(seed: Uint8Array): SigningKey;
  /**
   * Imports the keys once: an import at each use costs half as much as a verification.
   * @param members in index order
   * @throws Error that names the first member whose key, or proof of possession, is not valid
   */
  importKeys(members: readonly MemberKey[]): CommitteeKeys;
}

/** A member's private key; it never leaves the process as bytes. */
export interface SigningKey extends MemberKey {
  sign(message: Uint8Array): Uint8Array;
}

/** What the others are told of a key. */
export interface MemberKey {
  /** Raw. */
  readonly publicKey: Uint8Array;
  /** Null for schemes that need none. */
  readonly possession: Uint8Array | null;
}

/** The public keys of a committee. */
export interface CommitteeKeys {
  /** False too for members that there are not, and for signatures of a wrong length. */
  verify(signer: number, message: Uint8Array, signature: Uint8Array): boolean;
  /** Null where the scheme cannot aggregate. */
  readonly aggregation: Aggregation | null;
}
