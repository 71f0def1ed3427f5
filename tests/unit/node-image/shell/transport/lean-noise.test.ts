import { randomBytes } from 'node:crypto';
import { defaultCrypto } from '@chainsafe/libp2p-noise/crypto';
import { describe, expect, it } from '@jest/globals';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { Uint8ArrayList } from 'uint8arraylist';
import {
  leanNoiseCrypto,
  signOnce,
} from '../../../../../node-image/src/shell/transport/lean-noise.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'hex');
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');

/** A list, whose type is that of another copy of the package than the one that Noise has. */
function inParts(whole: Uint8Array): Uint8Array {
  return new Uint8ArrayList(whole.subarray(0, 5), whole.subarray(5)) as unknown as Uint8Array;
}

describe('leanNoiseCrypto', () => {
  it('agrees with the test vector of RFC 7748, section 6.1', () => {
    const alice = leanNoiseCrypto.generateX25519KeyPairFromSeed(
      bytes('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'),
    );
    const bob = leanNoiseCrypto.generateX25519KeyPairFromSeed(
      bytes('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'),
    );
    expect(hex(alice.publicKey)).toBe(
      '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
    );
    const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
    const { generateX25519SharedKey: sharedKey } = leanNoiseCrypto;
    expect(hex(sharedKey(alice.privateKey, bob.publicKey))).toBe(shared);
    expect(hex(sharedKey(bob.privateKey, alice.publicKey))).toBe(shared);
  });

  it('comes to the same as the stock one, with kept keys and with others', () => {
    for (let round = 0; round < 20; round++) {
      const mine = leanNoiseCrypto.generateX25519KeyPair();
      const theirs = defaultCrypto.generateX25519KeyPair();
      const expected = hex(
        defaultCrypto.generateX25519SharedKey(theirs.privateKey, mine.publicKey),
      );
      const dh = (privateKey: Uint8Array): string =>
        hex(leanNoiseCrypto.generateX25519SharedKey(privateKey, theirs.publicKey));
      expect(dh(mine.privateKey)).toBe(expected);
      // Bytes that were copied, as a key is that comes from elsewhere.
      expect(dh(Buffer.from(mine.privateKey))).toBe(expected);
      expect(dh(inParts(mine.privateKey))).toBe(expected);
    }
  });

  it('refuses a public key that gives no secret', () => {
    const { privateKey } = leanNoiseCrypto.generateX25519KeyPair();
    expect(() => leanNoiseCrypto.generateX25519SharedKey(privateKey, Buffer.alloc(32))).toThrow();
  });

  it.each([0, 32, 64])('derives and hashes as the stock one does, of %i bytes', (length) => {
    const chainingKey = randomBytes(32);
    const input = randomBytes(length);
    expect(leanNoiseCrypto.getHKDF(chainingKey, input).map(hex)).toEqual(
      defaultCrypto.getHKDF(chainingKey, input).map(hex),
    );
    expect(hex(leanNoiseCrypto.hashSHA256(input))).toBe(hex(defaultCrypto.hashSHA256(input)));
    expect(hex(leanNoiseCrypto.hashSHA256(inParts(input)))).toBe(
      hex(defaultCrypto.hashSHA256(input)),
    );
  });
});

describe('signOnce', () => {
  it('signs what the key signs, and anew when the words change', async () => {
    const key = await generateKeyPair('Ed25519');
    const words = [randomBytes(56), randomBytes(56)];
    const expected = await Promise.all(words.map(async (text) => hex(await key.sign(text))));
    const lean = signOnce(key);
    for (const at of [0, 0, 1, 1, 0]) {
      const signature = await lean.sign(words[at] ?? Buffer.alloc(0));
      expect(hex(signature)).toBe(expected[at]);
    }
  });

  it('keeps its own copy of the words', async () => {
    const lean = signOnce(await generateKeyPair('Ed25519'));
    const words = randomBytes(56);
    const before = hex(await lean.sign(words));
    words[0] = (words[0] ?? 0) ^ 1;
    expect(hex(await lean.sign(words))).not.toBe(before);
  });
});
