import { createHash, createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto';
import type { Crypto } from '../../node-image/src/engine/seam/crypto.ts';

/** One committee's keys: what member i may do with its own, and what everyone can check. */
export interface Keyring {
  forMember(index: number): Crypto;
}

/**
 * Cheap signatures that nobody can forge inside the simulation: a keyed hash whose keys never
 * leave this closure.
 */
export function createCheapKeyring(committeeSize: number, seed: number): Keyring {
  const secrets = Array.from({ length: committeeSize }, (_, index) =>
    sha256(Buffer.from(`secret ${seed} ${index}`)),
  );
  const tag = (index: number, message: Uint8Array): Uint8Array =>
    sha256(Buffer.concat([secrets[index] ?? new Uint8Array(), message]));
  return {
    forMember: (index) => ({
      aggregation: null,
      sign: (message) => tag(index, message),
      verify: (signer, message, signature) => Buffer.compare(tag(signer, message), signature) === 0,
      hash: sha256Parts,
    }),
  };
}

/** Real Ed25519, with keys derived from the seed. */
export function createEd25519Keyring(committeeSize: number, seed: number): Keyring {
  // PKCS 8 wrapping of a raw 32-byte Ed25519 seed (RFC 8410, section 7).
  const wrapping = Buffer.from('302e020100300506032b657004220420', 'hex');
  const privateKeys = Array.from({ length: committeeSize }, (_, index) =>
    createPrivateKey({
      key: Buffer.concat([wrapping, sha256(Buffer.from(`ed25519 ${seed} ${index}`))]),
      format: 'der',
      type: 'pkcs8',
    }),
  );
  const publicKeys = privateKeys.map((key) => createPublicKey(key));
  return {
    forMember: (index) => ({
      aggregation: null,
      sign: (message) => {
        const key = privateKeys[index];
        if (key === undefined) throw new Error(`No key for member ${index}`);
        return sign(null, message, key);
      },
      verify: (signer, message, signature) => {
        const key = publicKeys[signer];
        return key !== undefined && verify(null, message, key, signature);
      },
      hash: sha256Parts,
    }),
  };
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

function sha256Parts(...parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return sha256(only);
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
}
