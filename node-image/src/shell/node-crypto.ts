import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import type { Crypto } from '../engine/seam/crypto.ts';

/** DER headers of an Ed25519 private key (PKCS 8) and public key (SPKI), RFC 8410. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export interface KeyPair {
  readonly privateKey: KeyObject;
  /** Raw, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** @param seed 32 random bytes */
export function keyPairFromSeed(seed: Uint8Array): KeyPair {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { privateKey, publicKey: new Uint8Array(spki.subarray(SPKI_PREFIX.length)) };
}

/**
 * Ed25519 and SHA-256 for the engine. Keys are imported once: an import per call costs half as
 * much as the verification itself.
 * @param committeeKeys raw public keys in index order
 * @throws Error if one is not 32 bytes
 */
export function createNodeCrypto(
  privateKey: KeyObject,
  committeeKeys: readonly Uint8Array[],
): Crypto {
  const publicKeys = committeeKeys.map((raw, index) => {
    if (raw.length !== 32) throw new Error(`The public key of member ${index} is not 32 bytes.`);
    return createPublicKey({
      key: Buffer.concat([SPKI_PREFIX, raw]),
      format: 'der',
      type: 'spki',
    });
  });
  return {
    aggregation: null,
    sign: (message) => sign(null, message, privateKey),
    verify(signer, message, signature) {
      const key = publicKeys[signer];
      return key !== undefined && signature.length === 64 && verify(null, message, key, signature);
    },
    hash(...parts) {
      const [first] = parts;
      const whole = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
      return hash('sha256', whole, 'buffer');
    },
  };
}
