import { expect, it } from '@jest/globals';
import { verifySignature } from '../../../controller/src/judge/verify-signature.ts';
import { signatureSchemeNames } from '../../../node-image/src/contract/index.ts';
import { loadScheme } from '../../../node-image/src/signatures/registry.ts';
import type { Processor } from '../../../node-image/src/simulation/machine.ts';
import { createSimulatedCrypto } from '../../../node-image/src/simulation/simulated-crypto.ts';
import { simulatedCosts } from '../../fixtures/simulated-costs.ts';

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

it.each(signatureSchemeNames)('knows the mark that stands for a signature of %s', (name) => {
  const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] as const;
  const message = Buffer.from('what was signed');
  const processor = { nowMs: 0, spend: () => undefined } as unknown as Processor;
  const world = { processor, costs: simulatedCosts, scheme: simulatedCosts.schemes[name] };
  const signatureHex = hex(createSimulatedCrypto(0, [key, other], world).sign(message));
  const signed = { signedHex: hex(message), signatureHex };
  expect(verifySignature('simulated', hex(key), signed)).toBeNull();
  for (const [publicKey, changed] of [
    [other, {}],
    [key, { signedHex: '00' }],
    [key, { signatureHex: '' }],
    [key, { signatureHex: `${signatureHex.slice(0, -1)}1` }],
  ] as const) {
    const flaw = verifySignature('simulated', hex(publicKey), { ...signed, ...changed });
    expect(flaw).toBe('it is not the signature of that member');
  }
});
