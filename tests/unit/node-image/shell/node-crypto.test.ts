import { describe, expect, it } from '@jest/globals';
import { createNodeCrypto, keyPairFromSeed } from '../../../../node-image/src/shell/node-crypto.ts';

// RFC 8032, section 7.1, test 2.
const seed = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
const publicKeyHex = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
const signatureHex =
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
  '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';
const message = Uint8Array.of(0x72);

describe('node crypto', () => {
  const keys = keyPairFromSeed(seed);
  const crypto = createNodeCrypto(keys.privateKey, [keys.publicKey]);

  it('agrees with the Ed25519 test vector of RFC 8032', () => {
    expect(Buffer.from(keys.publicKey).toString('hex')).toBe(publicKeyHex);
    expect(Buffer.from(crypto.sign(message)).toString('hex')).toBe(signatureHex);
    expect(crypto.verify(0, message, Buffer.from(signatureHex, 'hex'))).toBe(true);
  });

  it('refuses a signature of other bytes, of another length or of an unknown signer', () => {
    const signature = crypto.sign(message);
    expect(crypto.verify(0, Uint8Array.of(0x73), signature)).toBe(false);
    expect(crypto.verify(0, message, signature.subarray(1))).toBe(false);
    expect(crypto.verify(0, message, new Uint8Array(0))).toBe(false);
    expect(crypto.verify(1, message, signature)).toBe(false);
  });

  it('hashes parts as if they were one string', () => {
    const whole = Buffer.from('abc');
    const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(Buffer.from(crypto.hash(whole)).toString('hex')).toBe(expected);
    const parts = [whole.subarray(0, 1), whole.subarray(1)];
    expect(Buffer.from(crypto.hash(...parts)).toString('hex')).toBe(expected);
  });

  it('refuses a public key that is not 32 bytes long', () => {
    expect(() => createNodeCrypto(keys.privateKey, [new Uint8Array(31)])).toThrow(/member 0/);
  });
});
