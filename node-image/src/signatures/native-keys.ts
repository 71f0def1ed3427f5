import { createPublicKey, type KeyObject } from 'node:crypto';
import type { CommitteeKeys, MemberKey } from './scheme.ts';

/** What the schemes that Node knows by itself have in common: keys as DER around raw bytes. */
export interface NativeKeys {
  readonly publicKeyBytes: number;
  readonly signatureBytes: number;
  /** What a public key (SPKI, DER) starts with; the raw key is the rest. */
  readonly spkiPrefix: Buffer;
  readonly verify: (message: Uint8Array, key: KeyObject, signature: Uint8Array) => boolean;
}

/** @throws Error that names the first member whose key is not valid */
export function importNativeKeys(
  { publicKeyBytes, signatureBytes, spkiPrefix, verify }: NativeKeys,
  members: readonly MemberKey[],
): CommitteeKeys {
  const keys = members.map(({ publicKey }, index) => {
    if (publicKey.length !== publicKeyBytes) {
      throw new Error(`The public key of member ${index} is not ${publicKeyBytes} bytes.`);
    }
    try {
      const key = Buffer.concat([spkiPrefix, publicKey]);
      return createPublicKey({ key, format: 'der', type: 'spki' });
    } catch (cause) {
      throw new Error(`The public key of member ${index} is not valid.`, { cause });
    }
  });
  return {
    aggregation: null,
    verify(signer, message, signature) {
      const key = keys[signer];
      return (
        key !== undefined && signature.length === signatureBytes && verify(message, key, signature)
      );
    },
  };
}

/** @returns the raw public key that belongs to a private one */
export function rawPublicKey(privateKey: KeyObject, spkiPrefix: Buffer): Uint8Array {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return new Uint8Array(spki.subarray(spkiPrefix.length));
}
