import { beforeEach, describe, expect, it } from '@jest/globals';
import { genesisQc } from '../../../../../node-image/src/engine/chained/genesis.ts';
import type { Block } from '../../../../../node-image/src/engine/chained/messages.ts';
import type { Engine } from '../../../../../node-image/src/engine/chained/seam.ts';
import { Committee, deliver, messagesOf, outputsOf, transaction } from './committee.ts';

const committee = new Committee(7);
let engine: Engine;

/** Node 6 of 7 leads round 6 and gathers votes in round 5: the tests stay clear of both. */
beforeEach(() => {
  engine = committee.engine(6);
  engine.start(0);
});

const chain = committee.chain(8);
const at = (round: number): Block => {
  const block = chain[round - 1];
  if (block === undefined) throw new Error(`no block of round ${round}`);
  return block;
};
const propose = (block: Block) =>
  deliver(engine, committee.proposal(block), { from: block.author });

describe('a node that sees a proposal', () => {
  it('votes once, to the next leader, after making the vote durable', () => {
    const outputs = propose(at(1));
    const persist = outputs.findIndex((output) => output.kind === 'persist');
    const send = outputs.findIndex((output) => output.kind === 'send');
    expect(persist).toBeLessThan(send);
    expect(outputs[persist]).toMatchObject({ state: { lastVotedRound: 1 } });
    expect(outputs[send]).toEqual({ kind: 'send', to: 2, message: committee.vote(6, at(1)) });
    expect(propose(at(1))).toEqual([]);
  });

  it('does not vote for a second block of the round, but keeps the evidence', () => {
    propose(at(1));
    const outputs = propose(committee.block({ round: 1, createdUnixMs: 9 }));
    expect(messagesOf(outputs, 'vote')).toEqual([]);
    expect(outputsOf(outputs, 'evidence')).toMatchObject([
      { evidence: { offence: 'double-proposal', round: 1, offender: 1 } },
    ]);
  });

  it('commits the parent when two rounds follow each other', () => {
    propose(at(1));
    propose(at(2));
    expect(outputsOf(propose(at(3)), 'commit')).toMatchObject([
      { commit: { height: 1, block: { id: at(1).id } } },
    ]);
    expect(engine.status()).toMatchObject({ committedHeight: 1, committedRound: 1, round: 3 });
  });

  it('commits by a certificate alone, from the next leader and from nobody else', () => {
    propose(at(1));
    propose(at(2));
    const message = { kind: 'certificate', qc: committee.qc(at(2)) } as const;
    expect(deliver(engine, message, { from: 4 })).toEqual([]);
    const commits = outputsOf(deliver(engine, message, { from: 3 }), 'commit');
    expect(commits).toMatchObject([{ commit: { height: 1, block: { id: at(1).id } } }]);
    expect(engine.status().round).toBe(3);
    // Its signatures are not checked again when the block comes that rests on it.
    const before = engine.status().counters.signaturesVerified;
    expect(messagesOf(propose(at(3)), 'vote')).toHaveLength(1);
    expect(engine.status().counters.signaturesVerified).toBe(before + 1);
  });

  it('takes no certificate with a false signature, and counts whoever sends one', () => {
    propose(at(1));
    const { signatures, ...rest } = committee.qc(at(1));
    const qc = { ...rest, signatures: signatures.map(() => new Uint8Array(64)) };
    expect(deliver(engine, { kind: 'certificate', qc }, { from: 2 })).toEqual([]);
    expect(engine.status()).toMatchObject({ round: 1, counters: { messagesRejected: 1 } });
  });

  it('does not commit across a gap in rounds', () => {
    const tc = committee.tc(2, committee.qc(at(1)));
    const parentQc = committee.qc(at(1));
    const third = committee.block({ round: 3, parentQc, timeoutCertificate: tc });
    const fourth = committee.block({ round: 4, parentQc: committee.qc(third) });
    const fifth = committee.block({ round: 5, parentQc: committee.qc(fourth) });
    const commits = [at(1), third, fourth].flatMap((block) => outputsOf(propose(block), 'commit'));
    expect(commits).toEqual([]);
    expect(outputsOf(propose(fifth), 'commit').map((output) => output.commit.block.round)).toEqual([
      1, 3,
    ]);
  });

  it('chains its log digest over the block ids', () => {
    const commits = [1, 2, 3, 4].flatMap((round) => outputsOf(propose(at(round)), 'commit'));
    const crypto = committee.crypto(0);
    const first = crypto.hash(new Uint8Array(32), Buffer.from(at(1).id, 'hex'));
    const second = crypto.hash(first, Buffer.from(at(2).id, 'hex'));
    expect(commits.map((output) => output.commit.digestHex)).toEqual(
      [first, second].map((digest) => Buffer.from(digest).toString('hex')),
    );
  });

  it('verifies one signature for the proposal and a quorum less its own for the certificate', () => {
    propose(at(1));
    expect(engine.status().counters.signaturesVerified).toBe(1);
    const parentQc = committee.qc(at(1), [2, 3, 4, 5, 6]);
    propose(committee.block({ round: 2, parentQc }));
    expect(engine.status().counters.signaturesVerified).toBe(1 + 1 + 4);
  });

  const hollow = (count: number) => Array.from({ length: count }, () => new Uint8Array(32));
  const { entries } = committee.tc(7);
  it.each([
    { what: 'of somebody who does not lead', block: { ...at(1), author: 2 } },
    { what: 'whose id is not its hash', block: { ...at(1), createdUnixMs: 77 } },
    { what: 'signed by somebody else', block: at(1), signer: 2 },
    {
      what: 'on a certificate of its own round',
      block: { ...at(1), parentQc: committee.qc(at(1)) },
    },
    {
      what: 'on a hollow certificate',
      block: committee.block({
        round: 2,
        parentQc: { ...committee.qc(at(1)), signatures: hollow(5) },
      }),
    },
    {
      what: 'with a timeout certificate of another round',
      block: committee.block({ round: 8, timeoutCertificate: committee.tc(6) }),
    },
    {
      what: 'with a forged timeout certificate',
      block: committee.block({
        round: 8,
        timeoutCertificate: {
          ...committee.tc(7),
          entries: entries.map((entry) => ({ ...entry, signature: new Uint8Array(32) })),
        },
      }),
    },
    { what: 'that nothing entitles to its round', block: committee.block({ round: 5 }) },
    {
      what: 'with a malformed transaction',
      block: committee.block({ round: 1, transactions: [new Uint8Array(3)] }),
    },
  ])('rejects one $what', ({ block, signer }) => {
    const bytes = committee.signing.proposal(block.round, block.id);
    const signature = committee.crypto(signer ?? block.author).sign(bytes);
    const outputs = deliver(engine, { kind: 'proposal', block, signature });
    expect(messagesOf(outputs, 'vote')).toEqual([]);
    expect(engine.status().counters.messagesRejected).toBe(1);
  });

  it('delivers a transaction once, though two blocks hold it', () => {
    const first = committee.block({ round: 1, transactions: [transaction(1), transaction(2)] });
    const second = committee.block({
      round: 2,
      parentQc: committee.qc(first),
      transactions: [transaction(2), transaction(3)],
    });
    const third = committee.block({ round: 3, parentQc: committee.qc(second) });
    const fourth = committee.block({ round: 4, parentQc: committee.qc(third) });
    const commits = [first, second, third, fourth].flatMap((block) =>
      outputsOf(propose(block), 'commit'),
    );
    expect(commits.map((output) => output.commit.transactions.length)).toEqual([2, 1]);
    expect(engine.status().counters).toMatchObject({
      transactionsCommitted: 3,
      duplicatesSuppressed: 1,
    });
  });
});

describe('a node whose committee broke the rules', () => {
  it('halts rather than commit what conflicts with its log, and stays halted', () => {
    for (const round of [1, 2, 3, 4]) propose(at(round));
    // Only with more than f traitors can a second branch from round 1 be certified as well.
    const parentQc = committee.qc(at(1));
    const timeoutCertificate = committee.tc(6, parentQc);
    const branch = [committee.block({ round: 7, parentQc, timeoutCertificate })];
    for (const round of [8, 9]) {
      const below = branch.at(-1) ?? at(1);
      branch.push(committee.block({ round, parentQc: committee.qc(below) }));
    }
    const feed = () => branch.map((block) => propose(block));
    expect(feed).toThrow('conflicts with the committed log');
    expect(() => engine.step(50, { kind: 'wake' })).toThrow('conflicts with the committed log');
  });
});

describe('a node that gives up on a round', () => {
  const wake = (nowMs: number) => engine.step(nowMs, { kind: 'wake' });

  it('says so durably, and again at every expiry', () => {
    expect(wake(2_999)).not.toContainEqual(expect.objectContaining({ kind: 'broadcast' }));
    const outputs = wake(3_000);
    expect(outputs[0]).toMatchObject({ kind: 'persist', state: { lastVotedRound: 1 } });
    expect(messagesOf(outputs, 'timeout')).toEqual([committee.timeout(6, { round: 1 })]);
    expect(messagesOf(wake(6_000), 'timeout')).toHaveLength(1);
  });

  it('does not vote in it any more', () => {
    wake(3_000);
    expect(messagesOf(propose(at(1)), 'vote')).toEqual([]);
    expect(messagesOf(propose(at(2)), 'vote')).toHaveLength(1);
  });

  it('joins f + 1 others who did', () => {
    const first = deliver(engine, committee.timeout(0, { round: 1 }));
    expect(messagesOf(first, 'timeout')).toEqual([]);
    deliver(engine, committee.timeout(1, { round: 1 }));
    const third = deliver(engine, committee.timeout(2, { round: 1 }));
    expect(messagesOf(third, 'timeout')).toEqual([committee.timeout(6, { round: 1 })]);
    // With its own, one more makes the quorum: everyone forms the certificate alone.
    expect(engine.status().round).toBe(1);
    deliver(engine, committee.timeout(3, { round: 1 }));
    expect(engine.status()).toMatchObject({ round: 2, counters: { roundsTimedOut: 1 } });
  });

  it('goes to a later round with whoever shows what entitles to it', () => {
    deliver(engine, committee.timeout(0, { round: 6, lastTc: committee.tc(5) }));
    expect(engine.status().round).toBe(6);
    deliver(engine, committee.timeout(1, { round: 8, highQc: committee.qc(at(7)) }));
    expect(engine.status()).toMatchObject({ round: 8, highQcRound: 7 });
  });

  it.each([
    ['shows nothing that entitles to its round', committee.timeout(0, { round: 6 })],
    ['is signed by somebody else', { ...committee.timeout(0, { round: 1 }), voter: 1 }],
    ['claims to be its own', committee.timeout(6, { round: 1 })],
    ['comes from a stranger', { ...committee.timeout(0, { round: 1 }), voter: 7 }],
    [
      'shows a certificate of its own round',
      committee.timeout(0, { round: 7, highQc: committee.qc(at(7)) }),
    ],
    [
      'shows a hollow certificate',
      committee.timeout(0, {
        round: 8,
        highQc: {
          ...committee.qc(at(7)),
          signatures: [0, 1, 2, 3, 4].map(() => new Uint8Array(32)),
        },
      }),
    ],
    [
      'shows a forged timeout certificate',
      committee.timeout(0, { round: 6, lastTc: { ...committee.tc(5), entries: [] } }),
    ],
  ])('rejects a timeout that %s', (_, timeout) => {
    deliver(engine, timeout);
    expect(engine.status()).toMatchObject({ round: 1, counters: { messagesRejected: 1 } });
  });

  it('votes on a block that extends what the timeouts show, not on less', () => {
    propose(at(1));
    const tc = committee.tc(2, committee.qc(at(1)));
    const low = committee.block({ round: 3, parentQc: genesisQc, timeoutCertificate: tc });
    expect(messagesOf(propose(low), 'vote')).toEqual([]);
    engine = committee.engine(5);
    engine.start(0);
    propose(at(1));
    const parentQc = committee.qc(at(1));
    const good = committee.block({ round: 3, parentQc, timeoutCertificate: tc });
    expect(messagesOf(propose(good), 'vote')).toEqual([committee.vote(5, good)]);
  });
});

describe('a node that comes back from a crash', () => {
  it('does not vote again in the round it voted in', () => {
    const state = outputsOf(propose(at(1)), 'persist')[0]?.state;
    if (state === undefined) throw new Error('nothing was persisted');
    engine = committee.engine(6, { restored: state });
    engine.start(0);
    const rival = committee.block({ round: 1, createdUnixMs: 3 });
    expect(messagesOf(propose(rival), 'vote')).toEqual([]);
    expect(messagesOf(propose(at(1)), 'vote')).toEqual([]);
    expect(messagesOf(propose(at(2)), 'vote')).toHaveLength(1);
  });

  it('does not propose again in the round it proposed in', () => {
    const leader = committee.engine(1);
    leader.start(0);
    const outputs = leader.step(100, { kind: 'wake' });
    expect(messagesOf(outputs, 'proposal')).toHaveLength(1);
    const state = outputsOf(outputs, 'persist')[0]?.state;
    if (state === undefined) throw new Error('nothing was persisted');
    const again = committee.engine(1, { restored: state });
    const later = [...again.start(200), ...again.step(500, { kind: 'wake' })];
    expect(messagesOf(later, 'proposal')).toEqual([]);
  });

  it('resumes above the highest certificate it held, and fetches the blocks below', () => {
    const highQc = committee.qc(at(6));
    engine = committee.engine(6, {
      restored: { lastVotedRound: 6, lastProposedRound: 0, highQc, lastTc: null },
    });
    const outputs = engine.start(0);
    expect(engine.status()).toMatchObject({ round: 7, committedHeight: 0, catchUp: 'fetching' });
    expect(messagesOf(outputs, 'block-request')).toEqual([
      { kind: 'block-request', blockId: at(6).id, floorRound: 0 },
    ]);
  });

  it('resumes above its timeout certificate if that is higher', () => {
    engine = committee.engine(6, {
      restored: {
        lastVotedRound: 9,
        lastProposedRound: 0,
        highQc: committee.qc(at(6)),
        lastTc: committee.tc(8, committee.qc(at(6))),
      },
    });
    engine.start(0);
    expect(engine.status().round).toBe(9);
    expect(messagesOf(engine.step(40_000, { kind: 'wake' }), 'timeout')).toMatchObject([
      { round: 9, lastTc: { round: 8 } },
    ]);
  });
});
