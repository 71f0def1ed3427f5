import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { createRequire } from 'node:module';
import type * as Blst from '@chainsafe/blst';
import { isSimulatedSignature, simulatedScheme } from '../../../node-image/src/contract/index.ts';

/** One signature by the raw public key that a node told. Pure arithmetic. */

/** Whether these bytes were signed so. @throws Error for what is no key or no signature of it */
type Check = (message: Buffer, publicKeyHex: string, signature: Buffer) => boolean;

/** RFC 8032; FIPS 186-5 with r and s as 32 bytes each; FIPS 204 with the keys of RFC 9881; BLS as Ethereum has it; marks of a simulation. */
const schemes: Readonly<Record<string, Check>> = {
  ed25519: native('302a300506032b6570032100'),
  'ecdsa-p256': native(
    '3059301306072a8648ce3d020106082a8648ce3d030107034200',
    (message, key, signature) =>
      verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature),
  ),
  'ml-dsa-44': native('30820532300b06096086480165030403110382052100'),
  'ml-dsa-65': native('308207b2300b0609608648016503040312038207a100'),
  'ml-dsa-87': native('30820a32300b060960864801650304031303820a2100'),
  'bls12-381': (message, publicKeyHex, signature) => {
    const library = loadBlst();
    const key = library.PublicKey.fromHex(publicKeyHex, true);
    return library.verify(message, key, library.Signature.fromBytes(signature, true));
  },
  [simulatedScheme]: (message, publicKeyHex, signature) =>
    isSimulatedSignature(Buffer.from(publicKeyHex, 'hex'), message, signature),
};

/** @returns what is wrong, as a clause; null if it is that key's signature of these bytes */
export function verifySignature(
  scheme: string,
  publicKeyHex: string,
  { signedHex, signatureHex }: { readonly signedHex: string; readonly signatureHex: string },
): string | null {
  const check = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  if (check === undefined) return `signatures of ${scheme} are not known here`;
  const message = Buffer.from(signedHex, 'hex');
  try {
    const isGood = check(message, publicKeyHex, Buffer.from(signatureHex, 'hex'));
    return isGood ? null : 'it is not the signature of that member';
  } catch (error) {
    if (error instanceof MissingLibrary) return `signatures of ${scheme} cannot be checked here`;
    return 'key or signature are none of that scheme';
  }
}

/** @param spkiPrefixHex what stands before the raw key in its SubjectPublicKeyInfo (DER) */
function native(
  spkiPrefixHex: string,
  checkWith: (message: Buffer, key: KeyObject, signature: Buffer) => boolean = (
    message,
    key,
    signature,
  ) => verify(null, message, key, signature),
): Check {
  return (message, publicKeyHex, signature) => {
    const der = Buffer.from(spkiPrefixHex + publicKeyHex, 'hex');
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return checkWith(message, key, signature);
  };
}

class MissingLibrary extends Error {}

/** Native, so of one system only, and loaded where it is needed only. */
function loadBlst(): typeof Blst {
  try {
    // A decoding edge: native code has no types but those of its package.
    return createRequire(import.meta.url)('@chainsafe/blst') as typeof Blst;
  } catch (cause) {
    throw new MissingLibrary('@chainsafe/blst', { cause });
  }
}
