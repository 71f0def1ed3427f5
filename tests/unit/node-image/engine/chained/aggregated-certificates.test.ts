import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Certificates } from '../../../../../node-image/src/engine/chained/certificates.ts';
import { genesisQc } from '../../../../../node-image/src/engine/chained/genesis.ts';
import type {
  Block,
  QuorumCertificate,
  Vote,
} from '../../../../../node-image/src/engine/chained/messages.ts';
import { TimeoutCollector } from '../../../../../node-image/src/engine/chained/timeout-collector.ts';
import { VoteCollector } from '../../../../../node-image/src/engine/chained/vote-collector.ts';
import { jolteonRules } from '../../../../../node-image/src/engine/jolteon/rules.ts';
import { createRealKeyring, type Keyring } from '../../../../sim/keyring.ts';
import { Committee } from './committee.ts';

/** With real BLS: seven members, of whom five are a quorum. */
let keyring: Keyring;
let committee: Committee;
let block: Block;
let certificates: Certificates;
const window = { currentRound: 3, highQcRound: 2 };

beforeAll(async () => {
  keyring = await createRealKeyring('bls12-381', 7, 1);
  committee = new Committee(7, keyring);
  block = committee.block({ round: 3 });
});

beforeEach(() => {
  certificates = certificatesOf(6);
});

function certificatesOf(selfIndex: number): Certificates {
  const { signing } = committee;
  return new Certificates(
    { committeeSize: 7, selfIndex, rules: jolteonRules, signing },
    committee.crypto(selfIndex),
  );
}

const votesOf = (voters: readonly number[]): Vote[] =>
  voters.map((voter) => committee.vote(voter, block));
const spoilt = (vote: Vote): Vote => ({
  ...vote,
  signature: committee.crypto(vote.voter).sign(Buffer.from('something else')),
});

describe('a certificate of one aggregate', () => {
  it('is checked once, and known from then on', () => {
    const qc = committee.qc(block);
    expect(qc.signatures).toHaveLength(1);
    expect(certificates.verifiedQc(qc)).toEqual(qc);
    expect(certificates.verifiedQc(qc)).toEqual(qc);
    expect(certificates.signaturesVerified).toBe(1);
  });

  it.each<[string, (qc: QuorumCertificate) => QuorumCertificate]>([
    ['a member more', (qc) => ({ ...qc, signers: [...qc.signers, 6] })],
    ['another member', (qc) => ({ ...qc, signers: [0, 1, 2, 3, 5] })],
    ['a member twice', (qc) => ({ ...qc, signers: [0, 1, 2, 3, 3] })],
    ['a part of those who signed', (qc) => ({ ...qc, signers: qc.signers.slice(0, 4) })],
    ['another round', (qc) => ({ ...qc, round: qc.round + 1 })],
    ['no signature', (qc) => ({ ...qc, signatures: [] })],
    ['a signature that is none', (qc) => ({ ...qc, signatures: [new Uint8Array(96)] })],
    [
      'signatures of each',
      (qc) => ({ ...qc, signatures: votesOf(qc.signers).map((v) => v.signature) }),
    ],
  ])('is refused with %s', (_, forge) => {
    expect(certificates.verifiedQc(forge(committee.qc(block)))).toBeNull();
    expect(certificates.verifiedQc(committee.qc(block))).not.toBeNull();
  });

  it('is not true because each of its votes is known to be', () => {
    for (const vote of votesOf([0, 1, 2, 3, 4])) certificates.verifiedVote(vote);
    const hollow = { ...committee.qc(block), signatures: [committee.vote(0, block).signature] };
    expect(certificates.verifiedQc(hollow)).toBeNull();
  });

  it('that is known comes back with the bytes that were checked', () => {
    const qc = committee.qc(block);
    certificates.verifiedQc(qc);
    const hollow = { ...qc, signers: [0, 1], signatures: [new Uint8Array(96)] };
    expect(certificates.verifiedQc(hollow)).toEqual(qc);
  });
});

describe('votes that are checked together', () => {
  const collector = () =>
    new VoteCollector({ quorum: 5, signing: committee.signing }, certificates);

  it('make a certificate with one check', () => {
    const votes = collector();
    const outcomes = votesOf([4, 2, 0, 5, 1]).map((vote) => votes.add(vote, window));
    expect(outcomes.at(-1)).toMatchObject({ kind: 'quorum', culprits: [] });
    expect(certificates.signaturesVerified).toBe(1);
    const last = outcomes.at(-1);
    if (last?.kind !== 'quorum') throw new Error('no quorum');
    expect(last.qc.signers).toEqual([0, 1, 2, 4, 5]);
    expect(certificatesOf(0).verifiedQc(last.qc)).toEqual(last.qc);
  });

  it('leave out a false one, name its member, and do not wait for it again', () => {
    const votes = collector();
    const [first, ...others] = votesOf([0, 1, 2, 3, 4]);
    if (first === undefined) throw new Error('no vote');
    for (const vote of [spoilt(first), ...others.slice(1)]) votes.add(vote, window);
    const failed = others[0] && votes.add(others[0], window);
    expect(failed).toEqual({ kind: 'counted', culprits: [0] });
    // Of the culprit only what is true counts now, and that is seen at once.
    expect(votes.add(spoilt(first), window).kind).toBe('invalid');
    expect(votes.add(committee.vote(5, block), window)).toMatchObject({ kind: 'quorum' });
  });

  it('prove a double vote only by two that were signed', () => {
    const votes = collector();
    const rival = committee.block({ round: 3, createdUnixMs: 1 });
    votes.add(spoilt(committee.vote(1, block)), window);
    expect(votes.add(committee.vote(1, rival), window).kind).toBe('counted');
    const double = votes.add(committee.vote(1, block), window);
    expect(double).toMatchObject({ kind: 'double', evidence: { offender: 1 } });
  });
});

describe('timeouts that are checked together', () => {
  const qc = () => committee.qc(block);
  const entryOf = (voter: number, highQc: QuorumCertificate) => ({
    voter,
    highQcRound: highQc.round,
    signature: committee.timeout(voter, { round: 5, highQc }).signature,
  });

  it('make a certificate of several messages, which another node takes', () => {
    const timeouts = new TimeoutCollector(5, certificates);
    const entries = [0, 1, 2, 3, 4].map((voter) => entryOf(voter, voter < 3 ? genesisQc : qc()));
    const outcomes = entries.map((entry) =>
      timeouts.add(5, entry, entry.highQcRound === 0 ? genesisQc : qc()),
    );
    const last = outcomes.at(-1);
    if (last?.kind !== 'quorum') throw new Error('no quorum');
    const { tc } = last;
    expect(tc.entries.every(({ signature }) => signature.length === 0)).toBe(true);
    expect(tc.highQc.round).toBe(3);
    const other = certificatesOf(0);
    expect(other.verifiedTc(tc)).toEqual(tc);
    expect(other.signaturesVerified).toBe(2);
    // What its members signed says who holds which certificate.
    const swapped = tc.entries.with(0, { ...tc.entries[3], voter: 0 } as (typeof tc.entries)[0]);
    expect(other.verifiedTc({ ...tc, entries: swapped })).toBeNull();
    const { aggregate: _, ...bare } = tc;
    expect(other.verifiedTc(bare)).toBeNull();
  });

  it('leave out a false one, and the certificate that it alone showed', () => {
    const timeouts = new TimeoutCollector(5, certificates);
    const lie = { ...entryOf(0, qc()), signature: entryOf(0, genesisQc).signature };
    timeouts.add(5, lie, qc());
    for (const voter of [1, 2, 3]) timeouts.add(5, entryOf(voter, genesisQc), genesisQc);
    const failed = timeouts.add(5, entryOf(4, genesisQc), genesisQc);
    expect(failed).toEqual({ kind: 'counted', count: 4, culprits: [0] });
    const done = timeouts.add(5, entryOf(5, genesisQc), genesisQc);
    expect(done).toMatchObject({ kind: 'quorum', tc: { highQc: genesisQc } });
  });
});
