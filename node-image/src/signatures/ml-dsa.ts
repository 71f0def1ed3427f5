import { createPrivateKey, sign, verify } from 'node:crypto';
import { importNativeKeys, type NativeKeys, rawPublicKey } from './native-keys.ts';
import type { SignatureScheme } from './scheme.ts';

/** Sizes of FIPS 204, table 2; last byte of the object identifiers of RFC 9881. */
const LEVELS = {
  'ml-dsa-44': { publicKeyBytes: 1_312, signatureBytes: 2_420, oid: 0x11 },
  'ml-dsa-65': { publicKeyBytes: 1_952, signatureBytes: 3_309, oid: 0x12 },
  'ml-dsa-87': { publicKeyBytes: 2_592, signatureBytes: 4_627, oid: 0x13 },
} as const;

/** id-ml-dsa without its last byte, as an AlgorithmIdentifier. */
const ALGORITHM = '300b06096086480165030403';

/** FIPS 204 without context, hedged as its section 3.4 recommends. */
export function mlDsa(name: keyof typeof LEVELS): SignatureScheme {
  const { publicKeyBytes, signatureBytes, oid } = LEVELS[name];
  const algorithm = ALGORITHM + oid.toString(16);
  // RFC 9881: a private key can be nothing but its seed; lengths of public keys need two bytes.
  const pkcs8Prefix = Buffer.from(`3034020100${algorithm}04228020`, 'hex');
  const bitString = `0382${hex16(publicKeyBytes + 1)}00`;
  const spkiPrefix = Buffer.from(
    `3082${hex16(13 + 5 + publicKeyBytes)}${algorithm}${bitString}`,
    'hex',
  );
  const keys: NativeKeys = {
    publicKeyBytes,
    signatureBytes,
    spkiPrefix,
    verify: (message, key, signature) => verify(null, message, key, signature),
  };
  return {
    name,
    publicKeyBytes,
    signatureBytes,
    createKey(seed) {
      const key = Buffer.concat([pkcs8Prefix, seed]);
      const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
      return {
        publicKey: rawPublicKey(privateKey, spkiPrefix),
        possession: null,
        sign: (message) => sign(null, message, privateKey),
      };
    },
    importKeys: (members) => importNativeKeys(keys, members),
  };
}

function hex16(value: number): string {
  return value.toString(16).padStart(4, '0');
}
