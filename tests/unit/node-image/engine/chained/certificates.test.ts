import { beforeEach, describe, expect, it } from '@jest/globals';
import { Certificates } from '../../../../../node-image/src/engine/chained/certificates.ts';
import { genesisId, genesisQc } from '../../../../../node-image/src/engine/chained/genesis.ts';
import { jolteonRules } from '../../../../../node-image/src/engine/jolteon/rules.ts';
import { Committee } from './committee.ts';

const committee = new Committee(4);
const block = committee.block({ round: 1 });
let certificates: Certificates;

beforeEach(() => {
  certificates = new Certificates(
    { committeeSize: 4, selfIndex: 3, rules: jolteonRules, signing: committee.signing },
    committee.crypto(3),
  );
});

const garbage = (count: number) => Array.from({ length: count }, () => new Uint8Array(32));

describe('quorum certificates', () => {
  it('are verified signature by signature, once', () => {
    const qc = committee.qc(block);
    expect(certificates.verifiedQc(qc)).toEqual(qc);
    expect(certificates.signaturesVerified).toBe(3);
    expect(certificates.verifiedQc(committee.qc(block, [1, 2, 3]))).toEqual(qc);
    expect(certificates.signaturesVerified).toBe(3);
  });

  it('accepted through the memo come back with the bytes that were verified', () => {
    const qc = committee.qc(block);
    certificates.verifiedQc(qc);
    const hollow = { ...qc, signatures: garbage(3) };
    expect(certificates.verifiedQc(hollow)).toEqual(qc);
  });

  it('reuse votes that were verified before, with the bytes that were verified', () => {
    const vote = committee.vote(0, block);
    certificates.verifiedVote(vote);
    const qc = committee.qc(block);
    const [, ...others] = qc.signatures;
    const hollow = { ...qc, signatures: [new Uint8Array(32), ...others] };
    expect(certificates.verifiedQc(hollow)).toEqual(qc);
    expect(certificates.signaturesVerified).toBe(3);
  });

  it('with a broken signature cost one verification when they come again', () => {
    const qc = committee.qc(block);
    const broken = { ...qc, signatures: qc.signatures.with(-1, new Uint8Array(32)) };
    for (let count = 0; count < 100; count++) expect(certificates.verifiedQc(broken)).toBeNull();
    expect(certificates.signaturesVerified).toBe(2 + 100);
    expect(certificates.verifiedQc(qc)).toEqual(qc);
    expect(certificates.signaturesVerified).toBe(2 + 100 + 1);
  });

  it('that fail leave nothing behind that was not verified', () => {
    const hollow = { ...committee.qc(block), signatures: garbage(3) };
    expect(certificates.verifiedQc(hollow)).toBeNull();
    expect(certificates.verifiedQc(committee.qc(block))).toEqual(committee.qc(block));
  });

  it('do not verify this node own vote', () => {
    certificates.signVote(block.round, block.id);
    expect(certificates.verifiedQc(committee.qc(block, [1, 2, 3]))).not.toBeNull();
    expect(certificates.signaturesVerified).toBe(2);
  });

  it('are cut to the quorum that was checked', () => {
    const verified = certificates.verifiedQc(committee.qc(block, [0, 1, 2, 3]));
    expect(verified?.signers).toEqual([0, 1, 2]);
    expect(verified?.signatures).toHaveLength(3);
  });

  it.each([
    [
      'too few signers',
      { signers: [0, 1], signatures: committee.qc(block).signatures.slice(0, 2) },
    ],
    ['a signer twice', { signers: [0, 1, 1] }],
    ['signers out of order', { signers: [1, 0, 2] }],
    ['a stranger', { signers: [0, 1, 4] }],
    ['a signature missing', { signatures: committee.qc(block).signatures.slice(0, 2) }],
    ['signatures that prove nothing', { signatures: garbage(3) }],
    ['signatures of another round', { round: 2 }],
    ['the genesis round without the genesis block', { round: 0 }],
    ['the genesis block without the genesis round', { blockId: genesisId }],
  ])('with %s are not valid', (_, wrong) => {
    expect(certificates.verifiedQc({ ...committee.qc(block), ...wrong })).toBeNull();
  });

  it('of a known block are not valid for another round', () => {
    certificates.verifiedQc(committee.qc(block));
    expect(certificates.verifiedQc({ ...committee.qc(block), round: 7 })).toBeNull();
  });

  it('of genesis need no signatures, and may name no signers', () => {
    expect(certificates.verifiedQc({ ...genesisQc })).toBe(genesisQc);
    expect(certificates.verifiedQc({ ...genesisQc, signers: [0] })).toBeNull();
    expect(certificates.signaturesVerified).toBe(0);
  });
});

describe('timeout certificates', () => {
  const qc = committee.qc(block);

  it('are verified once per statement, and keep the proven bytes', () => {
    const tc = committee.tc(2, qc);
    expect(certificates.verifiedTc(tc)).toEqual(tc);
    const before = certificates.signaturesVerified;
    const entries = tc.entries.map((entry) => ({ ...entry, signature: new Uint8Array(32) }));
    expect(certificates.verifiedTc({ ...tc, entries })).toEqual(tc);
    expect(certificates.signaturesVerified).toBe(before);
  });

  it.each([
    ['shows an older certificate than its signers claim', { highQc: genesisQc }],
    ['shows a certificate of its own round', { round: 1 }],
    ['has too few entries', { entries: committee.tc(2, qc).entries.slice(0, 2) }],
    [
      'repeats an entry',
      {
        entries: [0, 1, 1].flatMap((index) => committee.tc(2, qc).entries.slice(index, index + 1)),
      },
    ],
    [
      'makes signers claim less than they signed',
      {
        highQc: genesisQc,
        entries: committee.tc(2, qc).entries.map((entry) => ({ ...entry, highQcRound: 0 })),
      },
    ],
    ['carries a hollow certificate', { highQc: { ...qc, signatures: garbage(3) } }],
  ])('that %s are not valid', (_, wrong) => {
    expect(certificates.verifiedTc({ ...committee.tc(2, qc), ...wrong })).toBeNull();
  });
});

describe('single statements', () => {
  it('keep the first proven signature, whatever comes later', () => {
    const vote = committee.vote(1, block);
    expect(certificates.verifiedVote(vote)).toEqual(vote);
    expect(certificates.verifiedVote({ ...vote, signature: new Uint8Array(32) })).toEqual(vote);
    expect(certificates.signaturesVerified).toBe(1);
  });

  it('with a bad signature are refused', () => {
    const vote = { ...committee.vote(1, block), signature: new Uint8Array(32) };
    expect(certificates.verifiedVote(vote)).toBeNull();
    const entry = { voter: 1, highQcRound: 0, signature: new Uint8Array(32) };
    expect(certificates.verifiedTimeout(1, entry)).toBeNull();
  });

  it('of strangers are refused without looking at them', () => {
    expect(certificates.verifiedVote({ ...committee.vote(1, block), voter: 9 })).toBeNull();
    expect(certificates.signaturesVerified).toBe(0);
  });
});
