import { describe, expect, it } from '@jest/globals';
import { createNodeCrypto } from '../../../../node-image/src/shell/node-crypto.ts';
import { ed25519 } from '../../../../node-image/src/signatures/ed25519.ts';

describe('node crypto', () => {
  const key = ed25519.createKey(new Uint8Array(32).fill(7));
  const crypto = createNodeCrypto(key, ed25519.importKeys([key]));

  it('signs with its own key and checks with those of the committee', () => {
    const message = Uint8Array.of(0x72);
    expect(crypto.verify(0, message, crypto.sign(message))).toBe(true);
    expect(crypto.verify(1, message, crypto.sign(message))).toBe(false);
  });

  it('hashes parts as if they were one string', () => {
    const whole = Buffer.from('abc');
    const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(Buffer.from(crypto.hash(whole)).toString('hex')).toBe(expected);
    const parts = [whole.subarray(0, 1), whole.subarray(1)];
    expect(Buffer.from(crypto.hash(...parts)).toString('hex')).toBe(expected);
  });
});
