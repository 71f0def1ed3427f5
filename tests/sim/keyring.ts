import { createHash, hash } from 'node:crypto';
import type { SignatureSchemeName } from '../../node-image/src/contract/index.ts';
import type { Aggregation, Crypto } from '../../node-image/src/engine/seam/crypto.ts';
import { loadScheme } from '../../node-image/src/signatures/registry.ts';

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

/** The same, added up without getting longer, as those of BLS are: by exclusive or. */
export function createAddingKeyring(committeeSize: number, seed: number): Keyring {
  const cheap = createCheapKeyring(committeeSize, seed);
  const add = (signatures: readonly Uint8Array[]): Uint8Array =>
    signatures.reduce((sum, each) => sum.map((byte, at) => byte ^ (each[at] ?? 0)));
  const aggregation: Aggregation = {
    aggregate: (signatures) =>
      signatures.every(({ length }) => length === 32) ? add(signatures) : null,
    verify(statements, aggregate) {
      const names = statements.map(({ signer, message }) => `${signer} ${toHex(message)}`);
      const isOnce = new Set(names).size === names.length;
      const parts = statements.map(({ signer, message }) => cheap.forMember(signer).sign(message));
      return isOnce && parts.length > 0 && Buffer.compare(add(parts), aggregate) === 0;
    },
  };
  return { forMember: (index) => ({ ...cheap.forMember(index), aggregation }) };
}

/** Those of a real scheme, with keys derived from the seed. */
export async function createRealKeyring(
  name: SignatureSchemeName,
  committeeSize: number,
  seed: number,
): Promise<Keyring> {
  const scheme = await loadScheme(name);
  const keys = Array.from({ length: committeeSize }, (_, index) =>
    scheme.createKey(sha256(Buffer.from(`${name} ${seed} ${index}`))),
  );
  const committee = scheme.importKeys(keys);
  return {
    forMember(index) {
      const key = keys[index];
      if (key === undefined) throw new Error(`No key for member ${index}`);
      return { ...committee, sign: key.sign, hash: sha256Parts };
    },
  };
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
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
