import { expect, it } from '@jest/globals';
import { verifySignature } from '../../../controller/src/judge/verify-signature.ts';
import { signatureSchemeNames } from '../../../node-image/src/contract/index.ts';
import { loadScheme } from '../../../node-image/src/signatures/registry.ts';

/** Keys and signatures as nodes make them, checked by code that shares nothing with theirs. */

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

it.each(signatureSchemeNames)('knows a signature of %s, and that of nobody else', async (name) => {
  const scheme = await loadScheme(name);
  const [key, other] = [1, 2].map((fill) => scheme.createKey(Buffer.alloc(32, fill)));
  if (key === undefined || other === undefined) throw new Error('no keys');
  const message = Buffer.from('what was signed');
  const signed = { signedHex: hex(message), signatureHex: hex(key.sign(message)) };
  expect(verifySignature(name, hex(key.publicKey), signed)).toBeNull();
  const wrong = 'it is not the signature of that member';
  expect(verifySignature(name, hex(other.publicKey), signed)).toBe(wrong);
  expect(verifySignature(name, hex(key.publicKey), { ...signed, signedHex: '00' })).toBe(wrong);
  expect(verifySignature(name, 'abcd', signed)).toContain('none of that scheme');
});
