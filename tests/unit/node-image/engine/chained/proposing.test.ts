import { describe, expect, it } from '@jest/globals';
import type { Block } from '../../../../../node-image/src/engine/chained/messages.ts';
import type { ChainedParameters } from '../../../../../node-image/src/engine/chained/parameters.ts';
import type { Engine, Output } from '../../../../../node-image/src/engine/chained/seam.ts';
import { jolteon } from '../../../../../node-image/src/engine/jolteon/protocol.ts';
import {
  Committee,
  chainId,
  deliver,
  messagesOf,
  outputsOf,
  parameters,
  retention,
  transaction,
} from './committee.ts';

const committee = new Committee(4);

function started(index: number, changed: Partial<ChainedParameters> = {}): Engine {
  const engine = committee.engine(index, { parameters: changed });
  engine.start(0);
  return engine;
}

const submit = (engine: Engine, nowMs: number, sequences: readonly number[]) =>
  engine.step(nowMs, { kind: 'submit', transactions: sequences.map((each) => transaction(each)) });
const wake = (engine: Engine, nowMs: number) => engine.step(nowMs, { kind: 'wake' });
const forwards = (outputs: readonly Output[]) =>
  outputs.flatMap((output) =>
    output.kind === 'send' && output.message.kind === 'forward'
      ? [{ to: output.to, count: output.message.transactions.length }]
      : [],
  );
const payload = (outputs: readonly Output[]) =>
  messagesOf(outputs, 'proposal').map((proposal) => proposal.block.transactions.length);

describe('the leader of a round', () => {
  it('waits for the idle delay when there is nothing to do', () => {
    const engine = committee.engine(1);
    expect(outputsOf(engine.start(0), 'wake')).toEqual([{ kind: 'wake', atMs: 100 }]);
    expect(payload(wake(engine, 99))).toEqual([]);
    expect(payload(wake(engine, 100))).toEqual([0]);
  });

  it('proposes when its oldest transaction is old enough', () => {
    const engine = started(1);
    expect(payload(submit(engine, 10, [1]))).toEqual([]);
    expect(payload(submit(engine, 14, [2]))).toEqual([]);
    expect(payload(wake(engine, 15))).toEqual([2]);
  });

  it('proposes at once when a batch is full', () => {
    const full = Array.from({ length: 12 }, (_, index) => index);
    expect(payload(submit(started(1), 10, full))).toEqual([10]);
  });

  it('proposes at once while transactions below wait for their commit', () => {
    const engine = started(2);
    const block = committee.block({ round: 1, transactions: [transaction(7)] });
    deliver(engine, committee.proposal(block), { from: 1 });
    deliver(engine, committee.vote(0, block), { from: 0 });
    expect(payload(deliver(engine, committee.vote(1, block), { from: 1 }))).toEqual([0]);
  });

  it('waits when the blocks below are empty', () => {
    const engine = started(2);
    const block = committee.block({ round: 1 });
    deliver(engine, committee.proposal(block), { from: 1 });
    deliver(engine, committee.vote(0, block), { from: 0 });
    expect(payload(deliver(engine, committee.vote(1, block), { from: 1 }))).toEqual([]);
    expect(engine.status().round).toBe(2);
  });

  it('tells the others at once of a certificate that committed transactions', () => {
    const engine = started(3);
    const first = committee.block({ round: 1, transactions: [transaction(7)] });
    const second = committee.block({ round: 2, parentQc: committee.qc(first) });
    deliver(engine, committee.proposal(first), { from: 1 });
    deliver(engine, committee.proposal(second), { from: 2 });
    deliver(engine, committee.vote(0, second), { from: 0 });
    const outputs = deliver(engine, committee.vote(1, second), { from: 1 });
    expect(outputsOf(outputs, 'commit')).toHaveLength(1);
    // Without a block: nobody has to vote for news.
    expect(payload(outputs)).toEqual([]);
    expect(messagesOf(outputs, 'certificate')).toMatchObject([{ qc: { round: 2 } }]);
    expect(messagesOf(wake(engine, 50), 'certificate')).toEqual([]);
  });

  it('keeps transactions back until the interval is over, but not the blocks that commit', () => {
    const engine = started(2, { intervalMs: 30 });
    const block = committee.block({ round: 1, transactions: [transaction(7)] });
    deliver(engine, committee.proposal(block), { from: 1, nowMs: 10 });
    deliver(engine, { kind: 'forward', transactions: [transaction(8)] }, { nowMs: 11 });
    deliver(engine, committee.vote(0, block), { from: 0, nowMs: 12 });
    expect(payload(deliver(engine, committee.vote(1, block), { from: 1, nowMs: 12 }))).toEqual([0]);
  });

  it('proposes when the interval is over', () => {
    const engine = started(3, { intervalMs: 30 });
    const first = committee.block({ round: 1, transactions: [transaction(7)] });
    const second = committee.block({ round: 2, parentQc: committee.qc(first) });
    deliver(engine, committee.proposal(first), { from: 1, nowMs: 10 });
    deliver(engine, committee.proposal(second), { from: 2, nowMs: 12 });
    deliver(engine, committee.vote(0, second), { from: 0, nowMs: 14 });
    deliver(engine, committee.vote(1, second), { from: 1, nowMs: 14 });
    deliver(engine, { kind: 'forward', transactions: [transaction(8)] }, { nowMs: 15 });
    expect(payload(wake(engine, 39))).toEqual([]);
    expect(payload(wake(engine, 40))).toEqual([1]);
  });

  it('does not keep a full block back', () => {
    const engine = started(2, { intervalMs: 30 });
    const block = committee.block({ round: 1, transactions: [transaction(7)] });
    deliver(engine, committee.proposal(block), { from: 1, nowMs: 10 });
    const transactions = Array.from({ length: 10 }, (_, each) => transaction(10 + each));
    deliver(engine, { kind: 'forward', transactions }, { nowMs: 11 });
    deliver(engine, committee.vote(0, block), { from: 0, nowMs: 12 });
    expect(payload(deliver(engine, committee.vote(1, block), { from: 1, nowMs: 12 }))).toEqual([
      10,
    ]);
  });

  it('does not propose what the blocks below hold already', () => {
    const engine = started(2, { intervalMs: 0 });
    const block = committee.block({ round: 1, transactions: [transaction(7)] });
    deliver(engine, committee.proposal(block), { from: 1 });
    deliver(engine, { kind: 'forward', transactions: [transaction(7), transaction(8)] });
    deliver(engine, committee.vote(0, block), { from: 0, nowMs: 8 });
    const outputs = deliver(engine, committee.vote(1, block), { from: 1, nowMs: 8 });
    expect(messagesOf(outputs, 'proposal')[0]?.block.transactions).toEqual([transaction(8)]);
  });

  it('makes its proposal durable before it leaves, with its own vote', () => {
    const outputs = wake(started(1), 100);
    expect(outputs.map((output) => output.kind)).toEqual(['persist', 'broadcast', 'send', 'wake']);
    expect(outputs[0]).toMatchObject({ state: { lastProposedRound: 1, lastVotedRound: 1 } });
  });

  it('attaches the timeout certificate by which it entered', () => {
    const engine = started(2);
    for (const voter of [0, 1]) deliver(engine, committee.timeout(voter, { round: 1 }));
    const outputs = wake(engine, 150);
    expect(messagesOf(outputs, 'proposal')).toMatchObject([
      { block: { round: 2, timeoutCertificate: { round: 1 } } },
    ]);
  });

  it('proposes the same transactions again when its block was lost', () => {
    const engine = started(1);
    submit(engine, 1, [1, 2]);
    expect(payload(wake(engine, 10))).toEqual([2]);
    // Nobody certified it; rounds 1 to 4 time out, and it leads round 5.
    const timeout = committee.timeout(0, { round: 5, lastTc: committee.tc(4) });
    expect(payload(deliver(engine, timeout, { nowMs: 20 }))).toEqual([2]);
  });

  it('stamps its block with the time it was told', () => {
    expect(messagesOf(wake(started(1), 123.25), 'proposal')[0]?.block.createdUnixMs).toBe(123.25);
  });
});

describe('the entry node of a transaction', () => {
  it('hands it to the leader that can propose it first, in one message per step', () => {
    const outputs = submit(started(0), 1, [1, 2, 3]);
    // Nobody has proposed in round 1 yet, so its leader can still take them.
    expect(forwards(outputs)).toEqual([{ to: 1, count: 3 }]);
  });

  it('leaves out a leader that has proposed already', () => {
    const engine = started(0);
    deliver(engine, committee.proposal(committee.block({ round: 1 })), { from: 1 });
    expect(forwards(submit(engine, 1, [1]))).toEqual([{ to: 2, count: 1 }]);
  });

  it('sends what a block left out with its vote to the next leader, and what is late to two', () => {
    const engine = started(0);
    submit(engine, 1, [1, 2, 3]);
    const first = committee.block({ round: 1, transactions: [transaction(2)] });
    const outputs = deliver(engine, committee.proposal(first), { from: 1 });
    expect(messagesOf(outputs, 'vote')).toHaveLength(1);
    expect(forwards(outputs)).toEqual([
      { to: 2, count: 2 },
      { to: 3, count: 2 },
    ]);
    const second = committee.block({
      round: 2,
      parentQc: committee.qc(first),
      transactions: [transaction(1), transaction(3)],
    });
    expect(forwards(deliver(engine, committee.proposal(second), { from: 2 }))).toEqual([]);
    expect(forwards(submit(engine, 1, [4]))).toEqual([{ to: 3, count: 1 }]);
  });

  it('says nothing again while blocks are full: their leaders still have it', () => {
    const engine = started(0);
    submit(engine, 1, [1]);
    const transactions = Array.from({ length: 8 }, (_, each) => transaction(each, 1));
    const full = committee.block({ round: 1, transactions });
    expect(forwards(deliver(engine, committee.proposal(full), { from: 1 }))).toEqual([]);
  });

  it('sends again what was in a block that was given up', () => {
    const engine = started(0);
    submit(engine, 1, [1]);
    const lost = committee.block({ round: 1, transactions: [transaction(1)] });
    expect(forwards(deliver(engine, committee.proposal(lost), { from: 1 }))).toEqual([]);
    const next = committee.block({ round: 2, timeoutCertificate: committee.tc(1) });
    expect(forwards(deliver(engine, committee.proposal(next), { from: 2 }))).toEqual([
      { to: 3, count: 1 },
    ]);
  });

  it('gives what was not placed to the leader of a round that begins after a timeout', () => {
    const engine = started(0);
    submit(engine, 1, [1]);
    const outputs = deliver(engine, committee.timeout(1, { round: 2, lastTc: committee.tc(1) }));
    expect(forwards(outputs)).toEqual([{ to: 2, count: 1 }]);
  });

  it('says which transactions it refuses', () => {
    const engine = started(0, { mempoolTxMax: 2 });
    const outputs = submit(engine, 1, [1, 1, 2, 3]);
    expect(outputsOf(outputs, 'reject')).toEqual([
      { kind: 'reject', transactions: [transaction(1), transaction(3)] },
    ]);
    expect(engine.status().mempoolTransactions).toBe(2);
  });
});

describe('an engine', () => {
  it('refuses options that contradict each other', () => {
    const options = { chainId, committeeSize: 4, restored: null, peerChoiceSeed: 1, retention };
    const crypto = committee.crypto(0);
    expect(() => jolteon.create({ ...options, selfIndex: 4, parameters }, { crypto })).toThrow(
      'Node index 4 is not in a committee of 4',
    );
    expect(() =>
      jolteon.create(
        { ...options, selfIndex: 0, parameters: { ...parameters, idleDelayMs: 400 } },
        { crypto },
      ),
    ).toThrow('idleDelayMs 400');
  });

  it('works alone', () => {
    const alone = new Committee(1);
    const engine = alone.engine(0);
    engine.start(0);
    const heights: number[] = [];
    submit(engine, 1, [1]);
    for (let nowMs = 1; nowMs < 400; nowMs++) {
      for (const { commit } of outputsOf(wake(engine, nowMs), 'commit')) {
        heights.push(commit.transactions.length);
      }
    }
    expect(heights[0]).toBe(1);
    expect(heights.slice(1).every((count) => count === 0)).toBe(true);
    // Idle again after the transaction: not one block per step.
    expect(heights.length).toBeLessThan(10);
  });

  it('asks to be woken only when an earlier time than asked for matters', () => {
    const engine = committee.engine(0);
    expect(outputsOf(engine.start(0), 'wake')).toEqual([{ kind: 'wake', atMs: 3000 }]);
    const outputs = deliver(engine, committee.proposal(committee.block({ round: 1 })), { from: 1 });
    expect(outputsOf(outputs, 'wake')).toEqual([]);
    const next = deliver(engine, committee.timeout(1, { round: 2, lastTc: committee.tc(1) }));
    expect(outputsOf(next, 'wake')).toEqual([{ kind: 'wake', atMs: 1001 }]);
  });
});

describe('catching up', () => {
  const chain = committee.chain(100);
  const at = (round: number): Block => {
    const block = chain[round - 1];
    if (block === undefined) throw new Error(`no block of round ${round}`);
    return block;
  };

  /** A node that starts with nothing. */
  function behind(retention?: { blocksMax: number; bytesMax: number }): Engine {
    const engine = committee.engine(3, retention === undefined ? {} : { retention });
    engine.start(0);
    return engine;
  }

  /** Answers every request until none comes; returns the committed height after each answer. */
  function feed(engine: Engine, outputs: readonly Output[]): number[] {
    const heights: number[] = [];
    let asked = messagesOf(outputs, 'block-request')[0];
    for (let count = 0; asked !== undefined && count < 10; count++) {
      const floor = asked.floorRound;
      const blocks = chain.slice(floor, Math.min(99, floor + 64)).reverse();
      const response = { kind: 'block-response', blocks, droppedRound: 0 } as const;
      asked = messagesOf(deliver(engine, response, { from: 0 }), 'block-request')[0];
      heights.push(engine.status().committedHeight);
    }
    return heights;
  }

  /** A node that has all hundred blocks and has committed 98. */
  function informed(retention?: { blocksMax: number; bytesMax: number }): Engine {
    const engine = behind(retention);
    feed(engine, deliver(engine, committee.proposal(at(100)), { from: 0 }));
    return engine;
  }

  it('fetches the missing parent of a proposal from its sender, then votes', () => {
    const engine = behind();
    const asked = deliver(engine, committee.proposal(at(2)), { from: 2 });
    expect(asked).toContainEqual({
      kind: 'send',
      to: 2,
      message: { kind: 'block-request', blockId: at(1).id, floorRound: 0 },
    });
    expect(messagesOf(asked, 'vote')).toEqual([]);
    const response = { kind: 'block-response', blocks: [at(1)], droppedRound: 0 } as const;
    expect(messagesOf(deliver(engine, response, { from: 2 }), 'vote')).toEqual([]);
    expect(engine.status().catchUp).toBe('current');
  });

  it('fetches a long path in parts, committing as it goes', () => {
    const engine = behind();
    const outputs = deliver(engine, committee.proposal(at(100)), { from: 0 });
    expect(feed(engine, outputs)).toEqual([62, 98]);
    expect(engine.status()).toMatchObject({ catchUp: 'current', committedRound: 98 });
  });

  it('takes nothing that it did not ask for', () => {
    const engine = behind();
    deliver(engine, { kind: 'block-response', blocks: [at(1)], droppedRound: 0 }, { from: 1 });
    expect(engine.status()).toMatchObject({ highQcRound: 0, counters: { messagesRejected: 1 } });
  });

  it.each([
    ['a block that was tampered with', [{ ...at(1), createdUnixMs: 5 }]],
    ['a block that does not link', [at(5)]],
    [
      'a block on a hollow certificate',
      [{ ...at(1), parentQc: { ...at(5).parentQc, signatures: [] } }],
    ],
    ['another block than it asked for', [committee.block({ round: 1, createdUnixMs: 5 })]],
    ['too many blocks', chain.slice(0, 65)],
  ])('turns to another peer after %s', (_, blocks) => {
    const engine = behind();
    deliver(engine, committee.proposal(at(2)), { from: 2 });
    const response = { kind: 'block-response', blocks, droppedRound: 0 } as const;
    const outputs = deliver(engine, response, { from: 2 });
    expect(engine.status().committedHeight).toBe(0);
    const [next] = outputs.filter((output) => output.kind === 'send');
    expect(next).toMatchObject({ message: { kind: 'block-request', blockId: at(1).id } });
    expect(next?.to).not.toBe(2);
  });

  it('answers a request with the oldest part of the path, without timeout certificates', () => {
    const engine = informed();
    const request = { kind: 'block-request', blockId: at(98).id, floorRound: 10 } as const;
    const [response] = messagesOf(deliver(engine, request, { from: 1 }), 'block-response');
    expect(response?.blocks.map((block) => block.round)).toEqual(
      Array.from({ length: 64 }, (_, index) => 74 - index),
    );
    expect(response?.blocks.every((block) => block.timeoutCertificate === null)).toBe(true);
  });

  it('says what it has dropped when it cannot help', () => {
    const engine = informed({ blocksMax: 10, bytesMax: 1e9 });
    const request = { kind: 'block-request', blockId: at(99).id, floorRound: 20 } as const;
    expect(messagesOf(deliver(engine, request, { from: 1 }), 'block-response')).toEqual([
      { kind: 'block-response', blocks: [], droppedRound: 88 },
    ]);
  });

  it('answers one peer 32 times in a tenth of a second, and its last request when there is room', () => {
    const engine = informed();
    const request = { kind: 'block-request', blockId: at(1).id, floorRound: 0 } as const;
    const answers = (nowMs: number, from: number) =>
      Array.from({ length: 50 }, () => deliver(engine, request, { from, nowMs })).filter(
        (outputs) => messagesOf(outputs, 'block-response').length > 0,
      ).length;
    expect(answers(1_000, 1)).toBe(33); // the last one on credit
    expect(answers(1_000, 2)).toBe(33);
    const later = engine.step(1_004, { kind: 'wake' });
    expect(outputsOf(later, 'send').map(({ to }) => to)).toEqual([1, 2]);
    expect(answers(1_200, 1)).toBe(33);
  });

  it.each([
    [4, 4],
    [10, 4 / 3],
  ])(
    'of %i members gives each %d MiB in a tenth of a second, and the last of it whole',
    (size, MiB) => {
      const some = new Committee(size);
      const engine = some.engine(0, { parameters: { batchBytesMax: 2 ** 20 } });
      engine.start(0);
      const transactions = [transaction(0, 1, 2 ** 20)];
      const block = some.block({ round: 1, transactions });
      deliver(engine, some.proposal(block));
      const request = { kind: 'block-request', blockId: block.id, floorRound: 0 } as const;
      const sent = Array.from({ length: 1000 }, (_, nowMs) =>
        messagesOf(deliver(engine, request, { from: 1, nowMs: 1000 + nowMs }), 'block-response'),
      ).flat();
      const count = Math.ceil(11 * MiB) + 1; // in one second, and at once
      expect(sent.length).toBeGreaterThan(count - 3);
      expect(sent.length).toBeLessThanOrEqual(count);
    },
  );
});
