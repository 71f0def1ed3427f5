import { describe, expect, it } from '@jest/globals';
import { Certificates } from '../../../../../node-image/src/engine/chained/certificates.ts';
import { withinLimits } from '../../../../../node-image/src/engine/chained/create-engine.ts';
import { genesisId } from '../../../../../node-image/src/engine/chained/genesis.ts';
import type {
  Block,
  QuorumCertificate,
} from '../../../../../node-image/src/engine/chained/messages.ts';
import type { Engine } from '../../../../../node-image/src/engine/chained/seam.ts';
import { jolteonRules } from '../../../../../node-image/src/engine/jolteon/rules.ts';
import { windowSequencesMax } from '../../../../../node-image/src/engine/shared/client-windows.ts';
import { StatementMemo } from '../../../../../node-image/src/engine/shared/statement-memo.ts';
import { Committee, deliver, messagesOf, outputsOf, parameters, transaction } from './committee.ts';

const signature = new Uint8Array(1);

describe('statement memo', () => {
  it('remembers three statements per member and round', () => {
    const memo = new StatementMemo<string>(4);
    for (const subject of ['a', 'b', 'c', 'd']) memo.remember(1, 2, subject, signature);
    const known = ['a', 'b', 'c', 'd'].map((subject) => memo.recall(1, 2, subject) === signature);
    expect(known).toEqual([true, true, true, false]);
    expect(memo.recall(1, 3, 'a')).toBeUndefined();
  });

  it('forgets the oldest of 128 rounds', () => {
    const memo = new StatementMemo<string>(4);
    for (let round = 1; round <= 129; round++) memo.remember(round, 0, 'a', signature);
    expect([memo.recall(1, 0, 'a'), memo.recall(2, 0, 'a')]).toEqual([undefined, signature]);
  });
});

describe('certificates', () => {
  it('are remembered up to a thousand or so, and verified again after that', () => {
    const committee = new Committee(4);
    const certificates = new Certificates(
      { committeeSize: 4, selfIndex: 3, rules: jolteonRules, signing: committee.signing },
      committee.crypto(3),
    );
    const verify = (round: number): number => {
      const before = certificates.signaturesVerified;
      certificates.verifiedQc(committee.qc(committee.block({ round })));
      return certificates.signaturesVerified - before;
    };
    for (let round = 1; round <= 1026; round++) verify(round);
    expect([verify(3), verify(1)]).toEqual([0, 3]);
  });
});

describe('verified signatures', () => {
  it('are copies that keep no frame alive', () => {
    const committee = new Committee(4);
    const certificates = new Certificates(
      { committeeSize: 4, selfIndex: 3, rules: jolteonRules, signing: committee.signing },
      committee.crypto(3),
    );
    const inFrame = (bytes: Uint8Array): Uint8Array => {
      const frame = new Uint8Array(1000);
      frame.set(bytes);
      return frame.subarray(0, bytes.length);
    };
    const isFree = (bytes?: Uint8Array): boolean => bytes?.buffer.byteLength === bytes?.length;
    const block = committee.block({ round: 1 });
    const vote = committee.vote(1, block);
    const checkedVote = certificates.verifiedVote({ ...vote, signature: inFrame(vote.signature) });
    expect(checkedVote?.signature).toEqual(vote.signature);
    expect(isFree(checkedVote?.signature)).toBe(true);
    const { signature } = committee.timeout(1, { round: 1 });
    const entry = { voter: 1, highQcRound: 0, signature: inFrame(signature) };
    expect(isFree(certificates.verifiedTimeout(1, entry)?.signature)).toBe(true);
    const qc = committee.qc(block);
    const checkedQc = certificates.verifiedQc({ ...qc, signatures: qc.signatures.map(inFrame) });
    expect(checkedQc).toEqual(qc);
    expect(checkedQc?.signatures.every(isFree)).toBe(true);
  });
});

describe('what an engine sends', () => {
  const committee = new Committee(4);
  const roomy = { mempoolTxMax: 200_000, batchTxMax: 200_000, batchBytesMax: 2 ** 25 };

  it.each([
    [20_000, 1024],
    [60_000, 21],
  ])('forwards %i transactions of %i bytes in parts that every receiver takes', (count, size) => {
    const engine = committee.engine(0, { parameters: roomy });
    engine.start(0);
    const transactions = Array.from({ length: count }, (_, index) => transaction(index, 0, size));
    const outputs = outputsOf(engine.step(1, { kind: 'submit', transactions }), 'send');
    const to = outputs[0]?.to;
    const parts = messagesOf(
      outputs.filter((output) => output.to === to),
      'forward',
    ).map((part) => part.transactions);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(16_384);
      expect(part.length * size).toBeLessThanOrEqual(4 * 2 ** 20);
    }
    expect(parts.flat().length).toBe(count);
    expect(parts.flat().every((each, index) => each === transactions[index])).toBe(true);
  });

  it('proposes no more than the codec decodes, whatever the parameters allow', () => {
    const given = { ...parameters, batchTxMax: 70_000, batchBytesMax: 2 ** 30 };
    const { batchTxMax, batchBytesMax } = withinLimits(given);
    expect([batchTxMax, batchBytesMax]).toEqual([65_536, 8 * 2 ** 20]);
  });
});

describe('an engine under abuse', () => {
  const committee = new Committee(7);

  it('refuses votes that are not meant for it, and votes of strangers', () => {
    const engine = committee.engine(6);
    engine.start(0);
    deliver(engine, committee.vote(1, committee.block({ round: 1 })));
    deliver(engine, { ...committee.vote(1, committee.block({ round: 5 })), voter: 7 });
    deliver(engine, { ...committee.vote(1, committee.block({ round: 5 })), voter: 2 });
    expect(engine.status().counters).toMatchObject({
      messagesRejected: 3,
      signaturesVerified: 1,
    });
  });

  it('takes proposals, votes and timeouts from their authors only', () => {
    const engine = committee.engine(6);
    engine.start(0);
    const block = committee.block({ round: 1 });
    deliver(engine, committee.proposal(block), { from: 2 });
    deliver(engine, committee.vote(1, committee.block({ round: 5 })), { from: 2 });
    deliver(engine, committee.timeout(1, { round: 1 }), { from: 2 });
    expect(engine.status().counters).toMatchObject({
      messagesRejected: 3,
      signaturesVerified: 0,
    });
    expect(messagesOf(deliver(engine, committee.proposal(block)), 'vote')).toHaveLength(1);
  });

  it('votes for a proposal though a relay sent it without its timeout certificate first', () => {
    const engine = committee.engine(6);
    engine.start(0);
    for (const voter of committee.members()) {
      deliver(engine, committee.timeout(voter, { round: 1 }));
    }
    const block = committee.block({ round: 2, timeoutCertificate: committee.tc(1) });
    const stripped = committee.proposal({ ...block, timeoutCertificate: null });
    deliver(engine, stripped, { from: 3 });
    expect(messagesOf(deliver(engine, committee.proposal(block)), 'vote')).toHaveLength(1);
  });

  it('asks another peer when one answers with a held block under a false round', () => {
    const engine = committee.engine(6);
    engine.start(0);
    const third = committee.chain(3).at(-1);
    if (third === undefined) throw new Error('no block');
    const [asked] = messagesOf(deliver(engine, committee.proposal(third)), 'block-request');
    const block = { ...committee.block({ round: 1 }), id: genesisId };
    const lie = { ...block, round: (asked?.floorRound ?? 0) + 1 };
    const answer = { kind: 'block-response', blocks: [lie], droppedRound: 0 } as const;
    const next = outputsOf(deliver(engine, answer, { from: third.author }), 'send');
    expect(next.map((output) => output.message.kind)).toEqual(['block-request']);
    expect(next[0]?.to).not.toBe(third.author);
  });

  it('reports double votes sent to it', () => {
    const engine = committee.engine(6);
    engine.start(0);
    deliver(engine, committee.vote(1, committee.block({ round: 5 })));
    const rival = committee.block({ round: 5, createdUnixMs: 1 });
    expect(outputsOf(deliver(engine, committee.vote(1, rival)), 'evidence')).toMatchObject([
      { evidence: { offence: 'double-vote', round: 5, offender: 1 } },
    ]);
  });

  it('keeps four blocks of an equivocating leader and rejects more', () => {
    const engine = committee.engine(6);
    engine.start(0);
    for (let created = 0; created < 6; created++) {
      const block = committee.block({ round: 1, createdUnixMs: created });
      deliver(engine, committee.proposal(block), { from: 1 });
    }
    expect(engine.status().counters).toMatchObject({ messagesRejected: 2, signaturesVerified: 4 });
  });

  it('drops orphans whose branch ends while they are taken in', () => {
    const engine = committee.engine(6);
    engine.start(0);
    const parent = committee.block({ round: 1 });
    const parentQc = committee.qc(parent);
    const loser = committee.block({ round: 2, parentQc });
    const timeoutCertificate = committee.tc(2, parentQc);
    const winner = committee.block({ round: 3, parentQc, timeoutCertificate });
    const fourth = committee.block({ round: 4, parentQc: committee.qc(winner) });
    const fifth = committee.block({ round: 5, parentQc: committee.qc(fourth) });
    const late = committee.block({
      round: 8,
      parentQc: committee.qc(loser),
      timeoutCertificate: committee.tc(7, committee.qc(loser)),
    });
    for (const block of [loser, winner, fourth, fifth, late]) {
      deliver(engine, committee.proposal(block), { from: block.author });
    }
    expect(engine.status().committedHeight).toBe(0);
    const outputs = deliver(engine, committee.proposal(parent), { from: 1 });
    expect(outputsOf(outputs, 'commit').map((output) => output.commit.block.round)).toEqual([1, 3]);
  });

  it('gives back what its client ran too far ahead of', () => {
    const engine = committee.engine(6);
    engine.start(0);
    engine.step(1, { kind: 'submit', transactions: [transaction(1)] });
    const far = windowSequencesMax + 2;
    const blocks = [committee.block({ round: 1, transactions: [transaction(far)] })];
    for (let round = 2; round <= 10; round++) {
      const below = blocks.at(-1);
      if (below !== undefined) {
        blocks.push(committee.block({ round, parentQc: committee.qc(below) }));
      }
    }
    for (const block of blocks) deliver(engine, committee.proposal(block), { from: block.author });
    const highQc = committee.qc(blocks.at(-1) ?? committee.block({ round: 10 }));
    const outputs = deliver(engine, committee.timeout(0, { round: 11, highQc }));
    expect(outputsOf(outputs, 'reject')).toEqual([
      { kind: 'reject', transactions: [transaction(1)] },
    ]);
  });

  it('takes forwards of the own client of their sender only', () => {
    const engine = committee.engine(1);
    engine.start(0);
    const transactions = [transaction(2 ** 40 - 1, 3), transaction(0, 2), new Uint8Array(4)];
    deliver(engine, { kind: 'forward', transactions }, { from: 2 });
    expect(engine.status()).toMatchObject({
      mempoolTransactions: 1,
      counters: { messagesRejected: 1 },
    });
    const outputs = engine.step(100, { kind: 'wake' });
    expect(messagesOf(outputs, 'proposal')[0]?.block.transactions).toEqual([transaction(0, 2)]);
  });

  it('accepts what its own clients submit, however much another member forwards', () => {
    const engine = committee.engine(1);
    engine.start(0);
    const flood = Array.from({ length: 500 }, (_, index) => transaction(index, 2));
    for (let count = 0; count < 3; count++) {
      deliver(engine, { kind: 'forward', transactions: flood }, { from: 2 });
    }
    const transactions = Array.from({ length: 40 }, (_, index) => transaction(index, 1));
    expect(outputsOf(engine.step(2, { kind: 'submit', transactions }), 'reject')).toEqual([]);
  });

  it('does not take up what fits into no block', () => {
    const engine = committee.engine(1);
    engine.start(0);
    const transactions = [transaction(1, 0, 5000), new Uint8Array(4)];
    deliver(engine, { kind: 'forward', transactions });
    const outputs = engine.step(100, { kind: 'wake' });
    expect(messagesOf(outputs, 'proposal')[0]?.block.transactions).toEqual([]);
  });
});

describe('blocks of rounds past', () => {
  const committee = new Committee(7);
  const size = 2 ** 22;
  const transactions = [transaction(0, 1, size)];
  let nowMs = 0;

  /** Restarted: in round 61, with nothing but genesis. */
  function restartedEngine(): Engine {
    const highQc = committee.qc(committee.block({ round: 60 }));
    const restored = { lastVotedRound: 60, lastProposedRound: 0, highQc, lastTc: null };
    const engine = committee.engine(6, { restored, parameters: { batchBytesMax: size } });
    engine.start(0);
    return engine;
  }

  /** Of member 1, four for each round that it leads. */
  function largeBlocks(count: number, firstRound: number, parentQc?: QuorumCertificate): Block[] {
    return Array.from({ length: count }, (_, index) => {
      const round = firstRound + 7 * Math.floor(index / 4);
      const parent = parentQc === undefined ? {} : { parentQc };
      return committee.block({ round, transactions, createdUnixMs: index, ...parent });
    });
  }

  function heldCount(engine: Engine, blocks: readonly Block[]): number {
    return blocks.filter(({ id: blockId, round }) => {
      const request = { kind: 'block-request', blockId, floorRound: round - 1 } as const;
      nowMs += 1000; // no peer is answered without a pause
      const answers = messagesOf(deliver(engine, request, { from: 0, nowMs }), 'block-response');
      return answers[0]?.blocks.length === 1;
    }).length;
  }

  it('are kept up to 64 MiB', () => {
    const engine = restartedEngine();
    const blocks = largeBlocks(24, 1);
    for (const block of blocks) deliver(engine, committee.proposal(block));
    expect(heldCount(engine, blocks)).toBe(16);
  });

  it('are kept up to 64 MiB though they waited for their parent', () => {
    const engine = restartedEngine();
    const parent = committee.block({ round: 2 });
    const orphans = largeBlocks(8, 8, committee.qc(parent));
    const blocks = [...largeBlocks(12, 22), ...orphans];
    for (const block of blocks) deliver(engine, committee.proposal(block));
    expect(heldCount(engine, blocks)).toBe(12);
    deliver(engine, committee.proposal(parent));
    expect(heldCount(engine, blocks.slice(4))).toBe(12);
  });
});
