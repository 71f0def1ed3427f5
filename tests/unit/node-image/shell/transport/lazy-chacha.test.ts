import { randomBytes } from 'node:crypto';
import { newInstance, ChaCha20Poly1305 as WasmCipher } from '@chainsafe/as-chacha20poly1305';
import { describe, expect, it } from '@jest/globals';
import {
  ChaCha20Poly1305,
  newInstance as newLazyInstance,
} from '../../../../../node-image/src/shell/transport/lazy-chacha.ts';

const key = Buffer.from('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f', 'hex');
const nonce = Buffer.from('070000004041424344454647', 'hex');
const ad = Buffer.from('50515253c0c1c2c3c4c5c6c7', 'hex');
// RFC 8439, section 2.8.2.
const text = Buffer.from(
  "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
);
const tagHex = '1ae10b594f09e26a7e902ecbd0600691';

const hex = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('hex');

describe('lazy ChaCha20-Poly1305', () => {
  it('agrees with the test vector of RFC 8439', () => {
    const sealed = new ChaCha20Poly1305().seal(key, nonce, text, ad);
    expect(hex(sealed.subarray(-16))).toBe(tagHex);
    expect(hex(new ChaCha20Poly1305().open(key, nonce, sealed, ad))).toBe(hex(text));
  });

  it('needs no WebAssembly to be made', () => {
    expect(newLazyInstance()).toBeNull();
  });

  it('answers null to a message that was changed or is too short', () => {
    const cipher = new ChaCha20Poly1305();
    const sealed = Buffer.from(cipher.seal(key, nonce, text, ad));
    sealed[3] = (sealed[3] ?? 0) ^ 1;
    expect(cipher.open(key, nonce, sealed, ad)).toBeNull();
    expect(cipher.open(key, nonce, new Uint8Array(15), ad)).toBeNull();
  });

  it('goes on alike when it has changed over to the cipher it stands in for', async () => {
    const cipher = new ChaCha20Poly1305();
    const reference = new WasmCipher(newInstance());
    for (let round = 0; round < 3_000; round++) {
      const plain = randomBytes(round % 300);
      const sealed = cipher.seal(key, nonce, plain, ad);
      if (round % 100 === 0) {
        expect(hex(sealed)).toBe(hex(reference.seal(key, nonce, plain, ad)));
        expect(hex(cipher.open(key, nonce, Buffer.from(sealed), ad))).toBe(hex(plain));
        // Lets the change-over, which is asynchronous, happen between two operations.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  });
});
