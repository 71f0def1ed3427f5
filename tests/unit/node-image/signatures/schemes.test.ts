import { createHash, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { signatureSchemeNames } from '../../../../node-image/src/contract/index.ts';
import { importNativeKeys } from '../../../../node-image/src/signatures/native-keys.ts';
import { loadScheme } from '../../../../node-image/src/signatures/registry.ts';
import type { SignatureScheme } from '../../../../node-image/src/signatures/scheme.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const seedOf = (text: string): Buffer => createHash('sha256').update(text).digest();
const message = Buffer.from('prsm-testbed/jolteon/1V and so on');

describe.each(signatureSchemeNames)('%s', (name) => {
  let scheme: SignatureScheme;
  beforeAll(async () => {
    scheme = await loadScheme(name);
  });

  it('makes the same key of the same seed, and another of another', () => {
    const key = scheme.createKey(seedOf('a'));
    expect(key.publicKey).toHaveLength(scheme.publicKeyBytes);
    expect(scheme.createKey(seedOf('a')).publicKey).toEqual(key.publicKey);
    expect(scheme.createKey(seedOf('b')).publicKey).not.toEqual(key.publicKey);
  });

  it('accepts what the named member signed, all of it, and nothing else', () => {
    const members = ['a', 'b'].map((name) => scheme.createKey(seedOf(name)));
    const committee = scheme.importKeys(members);
    const signature = members[1]?.sign(message) ?? new Uint8Array();
    expect(signature).toHaveLength(scheme.signatureBytes);
    expect(committee.verify(1, message, signature)).toBe(true);
    expect(committee.verify(0, message, signature)).toBe(false);
    expect(committee.verify(2, message, signature)).toBe(false);
    expect(committee.verify(1, message.subarray(1), signature)).toBe(false);
    expect(committee.verify(1, message, signature.subarray(1))).toBe(false);
    expect(committee.verify(1, message, Buffer.concat([signature, bytes('00')]))).toBe(false);
    expect(committee.verify(1, message, new Uint8Array(scheme.signatureBytes))).toBe(false);
    for (const at of [0, scheme.signatureBytes >> 1, scheme.signatureBytes - 1]) {
      const changed = new Uint8Array(signature);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(committee.verify(1, message, changed)).toBe(false);
    }
  });

  it('signs so that every signature is equally long', () => {
    const key = scheme.createKey(seedOf('a'));
    const lengths = Array.from({ length: 8 }, (_, i) => key.sign(Uint8Array.of(i)).length);
    expect(new Set(lengths)).toEqual(new Set([scheme.signatureBytes]));
  });

  it('names the member whose key is no key', () => {
    const good = scheme.createKey(seedOf('a'));
    const short = { ...good, publicKey: good.publicKey.subarray(1) };
    expect(() => scheme.importKeys([good, short])).toThrow(/member 1/);
  });
});

describe('test vectors', () => {
  it('Ed25519: RFC 8032, 7.1, test 2', async () => {
    const scheme = await loadScheme('ed25519');
    const key = scheme.createKey(
      bytes('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'),
    );
    expect(Buffer.from(key.publicKey).toString('hex')).toBe(
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    );
    expect(Buffer.from(key.sign(bytes('72'))).toString('hex')).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
        '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
  });

  it('ECDSA P-256: RFC 6979, A.2.5, SHA-256 of "sample"', async () => {
    const scheme = await loadScheme('ecdsa-p256');
    const publicKey = bytes(
      '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6' +
        '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
    );
    const signature = bytes(
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716' +
        'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    );
    const committee = scheme.importKeys([{ publicKey, possession: null }]);
    expect(committee.verify(0, Buffer.from('sample'), signature)).toBe(true);
    expect(committee.verify(0, Buffer.from('sampl'), signature)).toBe(false);
  });

  it.each(['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const)(
    '%s: known answers of FIPS 204 for the key and for a signature',
    async (name) => {
      const vector = mlDsaVectors[name];
      const key = (await loadScheme(name)).createKey(bytes(vector.seedHex));
      const publicKey = Buffer.from(key.publicKey).toString('base64');
      expect(publicKey).toBe(vector.publicKeyBase64);
      // The known signatures have a context, which statements of consensus do without.
      const signature = Buffer.from(vector.signatureBase64, 'base64');
      const { signatureBytes, publicKeyBytes } = await loadScheme(name);
      const withContext = importNativeKeys(
        {
          publicKeyBytes,
          signatureBytes,
          spkiPrefix: spkiPrefixes[name],
          verify: (text, native, sig) => {
            const context = bytes(vector.contextHex);
            // @types/node does not know `context` of ML-DSA yet.
            return verify(null, text, { key: native, context } as { key: typeof native }, sig);
          },
        },
        [key],
      );
      expect(withContext.verify(0, bytes(vector.messageHex), signature)).toBe(true);
      expect(withContext.verify(0, bytes('00'), signature)).toBe(false);
    },
  );

  it('BLS12-381: ethereum/bls12-381-tests, sign and aggregate', async () => {
    const { loadBlst } = await import('../../../../node-image/src/signatures/load-blst.ts');
    const { createBls12381 } = await import('../../../../node-image/src/signatures/bls12-381.ts');
    const blst = loadBlst();
    const secret = blst.SecretKey.fromHex(
      '0x263dbd792f5b1be47ed85f8938c0f29586af0d3ac7b977f21c278fe1462040e3',
    );
    const publicKey = secret.toPublicKey().toBytes();
    expect(Buffer.from(publicKey).toString('hex')).toBe(
      'a491d1b0ecd9bb917989f0e74f0dea0422eac4a873e5e2644f368dffb9a6e20fd6e10c1b77654d067c0618f6e5a7f79a',
    );
    const signature = bytes(
      'b6ed936746e01f8ecf281f020953fbf1f01debd5657c4a383940b020b26507f6076334f91e2366c96e9ab279fb515809' +
        '0352ea1c5b0c9274504f4f0e7053af24802e51e4568d164fe986834f41e55c8e850ce1f98458c0cfc9ab380b55285a55',
    );
    const proof = Buffer.concat([Buffer.from('prsm-testbed/bls-possession/1|'), publicKey]);
    const possession = secret.sign(proof).toBytes();
    const committee = createBls12381(blst).importKeys([{ publicKey, possession }]);
    expect(committee.verify(0, new Uint8Array(32), signature)).toBe(true);
    expect(committee.verify(0, new Uint8Array(31), signature)).toBe(false);
  });
});

interface MlDsaVector {
  readonly seedHex: string;
  readonly publicKeyBase64: string;
  readonly messageHex: string;
  readonly contextHex: string;
  readonly signatureBase64: string;
}
const mlDsaVectors = JSON.parse(
  readFileSync('tests/fixtures/ml-dsa-vectors.json', 'utf8'),
) as Record<'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87', MlDsaVector>;

/** What OpenSSL itself writes in front of such a key. */
const spkiPrefixes = {
  'ml-dsa-44': bytes('30820532300b06096086480165030403110382052100'),
  'ml-dsa-65': bytes('308207b2300b0609608648016503040312038207a100'),
  'ml-dsa-87': bytes('30820a32300b060960864801650304031303820a2100'),
};
