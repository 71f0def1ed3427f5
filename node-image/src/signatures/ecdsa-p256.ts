import { createPrivateKey, hkdfSync, sign, verify } from 'node:crypto';
import { importNativeKeys, type NativeKeys, rawPublicKey } from './native-keys.ts';
import type { SignatureScheme } from './scheme.ts';

/** DER in front of a private scalar (PKCS 8 around RFC 5915) and of an uncompressed point (SPKI). */
const PKCS8_PREFIX = Buffer.from(
  '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420',
  'hex',
);
const SPKI_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** r and s as 32 bytes each, so that every signature is as long as every other. */
const dsaEncoding = 'ieee-p1363';

const keys: NativeKeys = {
  publicKeyBytes: 65,
  signatureBytes: 64,
  spkiPrefix: SPKI_PREFIX,
  verify: (message, key, signature) => verify('sha256', message, { key, dsaEncoding }, signature),
};

/** FIPS 186-5, curve P-256, SHA-256. */
export const ecdsaP256: SignatureScheme = {
  name: 'ecdsa-p256',
  publicKeyBytes: keys.publicKeyBytes,
  signatureBytes: keys.signatureBytes,
  createKey(seed) {
    const key = Buffer.concat([PKCS8_PREFIX, scalarFrom(seed)]);
    const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    return {
      publicKey: rawPublicKey(privateKey, SPKI_PREFIX),
      possession: null,
      sign: (message) => sign('sha256', message, { key: privateKey, dsaEncoding }),
    };
  },
  importKeys: (members) => importNativeKeys(keys, members),
};

/** FIPS 186-5, A.2.1: 64 bits more than the order has, so that no scalar is likelier than others. */
function scalarFrom(seed: Uint8Array): Buffer {
  const wide = Buffer.from(hkdfSync('sha256', seed, '', 'prsm-testbed/ecdsa-p256/1', 40));
  const scalar = (BigInt(`0x${wide.toString('hex')}`) % (ORDER - 1n)) + 1n;
  return Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
}
