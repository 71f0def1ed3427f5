import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Aggregation } from '../../../../node-image/src/engine/seam/crypto.ts';
import type { BlsLibrary } from '../../../../node-image/src/signatures/bls12-381.ts';
import { loadBlst } from '../../../../node-image/src/signatures/load-blst.ts';
import { loadScheme } from '../../../../node-image/src/signatures/registry.ts';
import type { SignatureScheme, SigningKey } from '../../../../node-image/src/signatures/scheme.ts';

const MEMBERS = 7;
const vote = Buffer.from('prsm-testbed/jolteon/1V round 7');
const other = Buffer.from('prsm-testbed/jolteon/1V round 8');
const seedOf = (text: string): Buffer => createHash('sha256').update(text).digest();

let blst: BlsLibrary;
let scheme: SignatureScheme;
let keys: readonly SigningKey[];
let aggregation: Aggregation;

beforeAll(async () => {
  blst = loadBlst();
  scheme = await loadScheme('bls12-381');
  keys = Array.from({ length: MEMBERS }, (_, index) => scheme.createKey(seedOf(`bls ${index}`)));
  const committee = scheme.importKeys(keys);
  if (committee.aggregation === null) throw new Error('BLS that does not aggregate');
  aggregation = committee.aggregation;
});

const signed = (signers: readonly number[], message: Uint8Array): Uint8Array =>
  aggregation.aggregate(signers.map((signer) => keys[signer]?.sign(message) ?? vote)) ?? vote;
const said = (signers: readonly number[], message: Uint8Array) =>
  signers.map((signer) => ({ signer, message }));

describe('an aggregate of one message', () => {
  it('is as long as one signature, and proves that all of them signed', () => {
    const aggregate = signed([0, 2, 3, 5, 6], vote);
    expect(aggregate).toHaveLength(scheme.signatureBytes);
    expect(aggregation.verify(said([0, 2, 3, 5, 6], vote), aggregate)).toBe(true);
    expect(aggregation.verify(said([6, 3, 0, 2, 5], vote), aggregate)).toBe(true);
  });

  it.each([
    ['a member who did not sign', [0, 2, 3, 4, 6]],
    ['one more than signed', [0, 2, 3, 4, 5, 6]],
    ['a part of those who signed', [0, 2, 3, 5]],
    ['one who signed twice', [0, 2, 2, 3, 5, 6]],
    ['somebody who is no member', [0, 2, 3, 5, 7]],
    ['nobody', []],
  ])('proves nothing of %s', (_, signers) => {
    expect(aggregation.verify(said(signers, vote), signed([0, 2, 3, 5, 6], vote))).toBe(false);
  });

  it('counts a signature that was added twice for nobody', () => {
    const aggregate = signed([0, 2, 2, 3], vote);
    expect(aggregation.verify(said([0, 2, 3], vote), aggregate)).toBe(false);
    expect(aggregation.verify(said([0, 2, 2, 3], vote), aggregate)).toBe(false);
  });

  it('is spoilt by one signature of another message', () => {
    const parts = [0, 1, 2].map(
      (signer) => keys[signer]?.sign(signer === 1 ? other : vote) ?? vote,
    );
    const aggregate = aggregation.aggregate(parts) ?? vote;
    expect(aggregation.verify(said([0, 1, 2], vote), aggregate)).toBe(false);
  });

  it('is not made of what is no signature, and nothing else passes for one', () => {
    const good = keys[0]?.sign(vote) ?? vote;
    expect(aggregation.aggregate([good, good.subarray(1)])).toBeNull();
    expect(aggregation.aggregate([good, new Uint8Array(96).fill(0xff)])).toBeNull();
    expect(aggregation.verify(said([0], vote), new Uint8Array(96))).toBe(false);
    expect(aggregation.verify(said([0], vote), good.subarray(1))).toBe(false);
  });
});

describe('an aggregate of several messages', () => {
  const statements = () => [...said([0, 1, 2], vote), ...said([3, 4], other)];
  const aggregate = () => aggregation.aggregate([signed([0, 1, 2], vote), signed([3, 4], other)]);

  it('proves who said what', () => {
    expect(aggregation.verify(statements(), aggregate() ?? vote)).toBe(true);
  });

  it('does not prove it with two members exchanged', () => {
    const exchanged = [...said([0, 1, 3], vote), ...said([2, 4], other)];
    expect(aggregation.verify(exchanged, aggregate() ?? vote)).toBe(false);
  });
});

describe('a committee', () => {
  /** Chosen so that the attacker alone signs for member 0 and itself: pk = own - pk of member 0. */
  it('has no member with a key that cancels that of another one', () => {
    const order = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
    const victim = keys[0];
    if (victim === undefined) throw new Error('no victim');
    const own = blst.SecretKey.fromKeygen(seedOf('attacker'));
    // The attacker would not know this number: it stands for adding a point that was negated.
    const secret = BigInt(blst.SecretKey.fromKeygen(seedOf('bls 0')).toHex());
    const minusVictim = blst.SecretKey.fromHex((order - secret).toString(16).padStart(64, '0'));
    const rogue = blst.aggregatePublicKeys([own.toPublicKey(), minusVictim.toPublicKey()]);
    const forged = own.sign(vote);
    const victimKey = blst.PublicKey.fromBytes(victim.publicKey);
    expect(blst.fastAggregateVerify(vote, [victimKey, rogue], forged)).toBe(true);
    const member = { publicKey: rogue.toBytes(), possession: own.sign(rogue.toBytes()).toBytes() };
    expect(() => scheme.importKeys([victim, member])).toThrow(/Member 1 does not prove/);
  });

  it('has none with the proof of somebody else, or with none', () => {
    const [first, second] = keys;
    if (first === undefined || second === undefined) throw new Error('no keys');
    const borrowed = { publicKey: second.publicKey, possession: first.possession };
    expect(() => scheme.importKeys([first, borrowed])).toThrow(/Member 1/);
    const silent = { publicKey: second.publicKey, possession: null };
    expect(() => scheme.importKeys([silent, first])).toThrow(/Member 0/);
  });

  it('makes no proof of possession for others', () => {
    const request = Buffer.concat([
      Buffer.from('prsm-testbed/bls-possession/1|'),
      keys[1]?.publicKey ?? vote,
    ]);
    expect(() => keys[0]?.sign(request)).toThrow(/proof of a key/);
  });
});
