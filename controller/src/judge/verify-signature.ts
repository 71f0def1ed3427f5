import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/** One signature by the raw public key that a node told. Pure arithmetic. */

/** What stands before the raw key in its SubjectPublicKeyInfo. */
const spkiPrefixes: Readonly<Record<string, string>> = {
  ed25519: '302a300506032b6570032100',
};

/** @returns what is wrong, as a clause; null if it is that key's signature of these bytes */
export function verifySignature(
  scheme: string,
  publicKeyHex: string,
  { signedHex, signatureHex }: { readonly signedHex: string; readonly signatureHex: string },
): string | null {
  const key = readKey(scheme, publicKeyHex);
  if (key === null) return `keys of ${scheme} are not known here`;
  const message = Buffer.from(signedHex, 'hex');
  try {
    const isGood = verify(null, message, key, Buffer.from(signatureHex, 'hex'));
    return isGood ? null : 'it is not the signature of that member';
  } catch {
    return 'it is no signature';
  }
}

function readKey(scheme: string, publicKeyHex: string): KeyObject | null {
  const prefix = spkiPrefixes[scheme];
  if (prefix === undefined) return null;
  try {
    const der = Buffer.from(prefix + publicKeyHex, 'hex');
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}
