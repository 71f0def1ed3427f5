import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/** One signature by the raw public key that a node told. Pure arithmetic. */

interface Scheme {
  /** What stands before the raw key in its SubjectPublicKeyInfo (DER), hex. */
  readonly spkiPrefixHex: string;
  readonly check: (message: Buffer, key: KeyObject, signature: Buffer) => boolean;
}

const plain: Scheme['check'] = (message, key, signature) => verify(null, message, key, signature);

/** RFC 8032; FIPS 186-5 with r and s as 32 bytes each; FIPS 204 with the keys of RFC 9881. */
const schemes: Readonly<Record<string, Scheme>> = {
  ed25519: { spkiPrefixHex: '302a300506032b6570032100', check: plain },
  'ecdsa-p256': {
    spkiPrefixHex: '3059301306072a8648ce3d020106082a8648ce3d030107034200',
    check: (message, key, signature) =>
      verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature),
  },
  'ml-dsa-44': { spkiPrefixHex: '30820532300b06096086480165030403110382052100', check: plain },
  'ml-dsa-65': { spkiPrefixHex: '308207b2300b0609608648016503040312038207a100', check: plain },
  'ml-dsa-87': { spkiPrefixHex: '30820a32300b060960864801650304031303820a2100', check: plain },
};

/** @returns what is wrong, as a clause; null if it is that key's signature of these bytes */
export function verifySignature(
  scheme: string,
  publicKeyHex: string,
  { signedHex, signatureHex }: { readonly signedHex: string; readonly signatureHex: string },
): string | null {
  const known = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  if (known === undefined) return `signatures of ${scheme} are not known here`;
  try {
    const der = Buffer.from(known.spkiPrefixHex + publicKeyHex, 'hex');
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const message = Buffer.from(signedHex, 'hex');
    const isGood = known.check(message, key, Buffer.from(signatureHex, 'hex'));
    return isGood ? null : 'it is not the signature of that member';
  } catch {
    return 'key or signature are none of that scheme';
  }
}
