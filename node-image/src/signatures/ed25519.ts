import { createPrivateKey, sign, verify } from 'node:crypto';
import { importNativeKeys, type NativeKeys, rawPublicKey } from './native-keys.ts';
import type { SignatureScheme } from './scheme.ts';

/** DER in front of a seed (PKCS 8) and of a public key (SPKI): RFC 8410. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

const keys: NativeKeys = {
  publicKeyBytes: 32,
  signatureBytes: 64,
  spkiPrefix: SPKI_PREFIX,
  verify: (message, key, signature) => verify(null, message, key, signature),
};

/** RFC 8032. */
export const ed25519: SignatureScheme = {
  name: 'ed25519',
  publicKeyBytes: keys.publicKeyBytes,
  signatureBytes: keys.signatureBytes,
  createKey(seed) {
    const key = Buffer.concat([PKCS8_PREFIX, seed]);
    const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    return {
      publicKey: rawPublicKey(privateKey, SPKI_PREFIX),
      possession: null,
      sign: (message) => sign(null, message, privateKey),
    };
  },
  importKeys: (members) => importNativeKeys(keys, members),
};
