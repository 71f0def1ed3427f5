import { describe, expect, it } from '@jest/globals';
import { Certificates } from '../../../../../node-image/src/engine/chained/certificates.ts';
import { genesisQc } from '../../../../../node-image/src/engine/chained/genesis.ts';
import { ProposalLog } from '../../../../../node-image/src/engine/chained/proposal-log.ts';
import { TimeoutCollector } from '../../../../../node-image/src/engine/chained/timeout-collector.ts';
import { VoteCollector } from '../../../../../node-image/src/engine/chained/vote-collector.ts';
import { jolteonRules } from '../../../../../node-image/src/engine/jolteon/rules.ts';
import { Committee } from './committee.ts';

const committee = new Committee(4);
const block = committee.block({ round: 3 });
const rival = committee.block({ round: 3, createdUnixMs: 1 });
const window = { currentRound: 3, highQcRound: 2 };

function voteCollector() {
  const certificates = new Certificates(
    { committeeSize: 4, selfIndex: 0, rules: jolteonRules, signing: committee.signing },
    committee.crypto(0),
  );
  const votes = new VoteCollector({ quorum: 3, signing: committee.signing }, certificates);
  return { votes, certificates };
}

/** Whether the signature belongs to the bytes: what anyone can check of evidence. */
function isSigned(offender: number, statement: { signedHex: string; signatureHex: string }) {
  return committee
    .crypto(0)
    .verify(
      offender,
      Buffer.from(statement.signedHex, 'hex'),
      Buffer.from(statement.signatureHex, 'hex'),
    );
}

describe('vote collector', () => {
  it('makes a certificate of a quorum, and verifies no vote after it', () => {
    const { votes, certificates } = voteCollector();
    expect(votes.add(committee.vote(2, block), window).kind).toBe('counted');
    expect(votes.add(committee.vote(1, block), window).kind).toBe('counted');
    const outcome = votes.add(committee.vote(3, block), window);
    expect(outcome).toEqual({
      kind: 'quorum',
      qc: committee.qc(block, [1, 2, 3]),
      culprits: [],
    });
    expect(votes.add(committee.vote(0, block), window).kind).toBe('ignored');
    expect(certificates.signaturesVerified).toBe(3);
    expect(certificates.verifiedQc(committee.qc(block, [1, 2, 3]))).not.toBeNull();
    expect(certificates.signaturesVerified).toBe(3);
  });

  it.each([
    ['late', { currentRound: 5, highQcRound: 2 }],
    ['certified already', { currentRound: 3, highQcRound: 3 }],
    ['far in the future', { currentRound: 3 - 101, highQcRound: -200 }],
  ])('ignores votes of rounds that are %s, before looking at signatures', (_, other) => {
    const { votes, certificates } = voteCollector();
    expect(votes.add(committee.vote(1, block), other).kind).toBe('ignored');
    expect(certificates.signaturesVerified).toBe(0);
  });

  it('counts a member once', () => {
    const { votes } = voteCollector();
    for (let times = 0; times < 5; times++) votes.add(committee.vote(1, block), window);
    expect(votes.add(committee.vote(2, block), window).kind).toBe('counted');
  });

  it('does not count forged votes', () => {
    const { votes } = voteCollector();
    const forged = { ...committee.vote(1, block), voter: 2 };
    expect(votes.add(forged, window).kind).toBe('invalid');
    votes.add(committee.vote(1, block), window);
    expect(votes.add(committee.vote(3, block), window).kind).toBe('counted');
  });

  it('proves a double vote, once, and counts the first only', () => {
    const { votes } = voteCollector();
    votes.add(committee.vote(1, block), window);
    const outcome = votes.add(committee.vote(1, rival), window);
    if (outcome.kind !== 'double') throw new Error(`expected evidence, got ${outcome.kind}`);
    const { offence, round, offender, first, second } = outcome.evidence;
    expect([offence, round, offender]).toEqual(['double-vote', 3, 1]);
    expect(first.signedHex).not.toBe(second.signedHex);
    expect([isSigned(1, first), isSigned(1, second), isSigned(2, first)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(votes.add(committee.vote(1, rival), window).kind).toBe('ignored');
    votes.add(committee.vote(2, rival), window);
    expect(votes.add(committee.vote(3, rival), window).kind).toBe('counted');
  });

  it('forgets old rounds', () => {
    const { votes } = voteCollector();
    votes.add(committee.vote(1, block), window);
    votes.forgetBelow(4);
    votes.add(committee.vote(2, block), window);
    expect(votes.add(committee.vote(3, block), window).kind).toBe('counted');
  });
});

describe('timeout collector', () => {
  const entry = (voter: number, highQcRound: number) => ({
    voter,
    highQcRound,
    signature: new Uint8Array([voter]),
  });
  const qc = committee.qc(block);

  it('shows the highest certificate of the quorum, entries in order', () => {
    const timeouts = new TimeoutCollector(3, voteCollector().certificates);
    expect(timeouts.add(5, entry(3, 0), genesisQc)).toMatchObject({ kind: 'counted', count: 1 });
    expect(timeouts.add(5, entry(0, 3), qc)).toMatchObject({ kind: 'counted', count: 2 });
    const outcome = timeouts.add(5, entry(1, 0), genesisQc);
    expect(outcome).toEqual({
      kind: 'quorum',
      culprits: [],
      tc: { round: 5, entries: [entry(0, 3), entry(1, 0), entry(3, 0)], highQc: qc },
    });
  });

  it('starts over with every round', () => {
    const timeouts = new TimeoutCollector(3, voteCollector().certificates);
    timeouts.add(5, entry(0, 0), genesisQc);
    timeouts.add(6, entry(1, 0), genesisQc);
    expect([timeouts.has(5, 0), timeouts.has(6, 0), timeouts.has(6, 1)]).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe('proposal log', () => {
  it('proves equivocation with the first two blocks, once', () => {
    const log = new ProposalLog(committee.signing);
    expect(log.record(committee.proposal(block))).toBeNull();
    expect(log.record(committee.proposal(block))).toBeNull();
    const evidence = log.record(committee.proposal(rival));
    expect(evidence).toMatchObject({ offence: 'double-proposal', round: 3, offender: 3 });
    if (evidence === null) throw new Error('no evidence');
    expect([isSigned(3, evidence.first), isSigned(3, evidence.second)]).toEqual([true, true]);
    const third = committee.block({ round: 3, createdUnixMs: 2 });
    expect(log.record(committee.proposal(third))).toBeNull();
    expect([log.hasSeen(3, block.id), log.hasSeen(4, block.id), log.hasAny(4)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('keeps a handful of blocks per round and a bounded number of rounds', () => {
    const log = new ProposalLog(committee.signing);
    for (let created = 0; created < 4; created++) {
      expect(log.isFull(3)).toBe(false);
      log.record(committee.proposal(committee.block({ round: 3, createdUnixMs: created })));
    }
    expect(log.isFull(3)).toBe(true);
    for (let round = 4; round < 300; round++) {
      log.record(committee.proposal(committee.block({ round })));
    }
    expect([log.hasAny(3), log.hasAny(299)]).toEqual([false, true]);
  });
});
