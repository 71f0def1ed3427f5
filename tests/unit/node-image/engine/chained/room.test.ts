import { describe, expect, it } from '@jest/globals';
import { genesisQc } from '../../../../../node-image/src/engine/chained/genesis.ts';
import type {
  Block,
  QuorumCertificate,
} from '../../../../../node-image/src/engine/chained/messages.ts';
import type { Engine, Output } from '../../../../../node-image/src/engine/chained/seam.ts';
import { Committee, deliver, messagesOf, outputsOf, transaction } from './committee.ts';

const committee = new Committee(7);
const large = [transaction(0, 1, 2 ** 22)];
const self = 6;

function startedEngine(): Engine {
  const engine = committee.engine(self, { parameters: { batchBytesMax: 2 ** 22 } });
  engine.start(0);
  return engine;
}

/** A block of a round that timeouts led to: no vote for those before it came to anything. */
function blockAfterTimeouts(
  round: number,
  given: {
    transactions?: Block['transactions'];
    createdUnixMs?: number;
    highQc?: QuorumCertificate;
  },
): Block {
  const { transactions = [], createdUnixMs = 0, highQc = genesisQc } = given;
  const timeoutCertificate = round === 1 ? null : committee.tc(round - 1, highQc);
  return committee.block({
    round,
    parentQc: highQc,
    timeoutCertificate,
    transactions,
    createdUnixMs,
  });
}

const largeBlocks = (rounds: readonly number[]): Block[] =>
  rounds.map((round) => blockAfterTimeouts(round, { transactions: large }));

const propose = (engine: Engine, block: Block): readonly Output[] =>
  deliver(engine, committee.proposal(block));

const isVotedFor = (engine: Engine, block: Block): boolean =>
  messagesOf(propose(engine, block), 'vote').some((vote) => vote.blockId === block.id);

/** The first rounds whose blocks come from others, and whose votes go to others. */
function foreignRounds(count: number): number[] {
  const rounds: number[] = [];
  for (let round = 1; rounds.length < count; round++) if (round % 7 < self - 1) rounds.push(round);
  return rounds;
}

/** Those of the blocks that the engine still has, as its answers to requests show. */
function heldOf(engine: Engine, blocks: readonly Block[], fromMs = 1000): Block[] {
  return blocks.filter(({ id: blockId, round }, index) => {
    const request = { kind: 'block-request', blockId, floorRound: round - 1 } as const;
    const at = { from: index % 6, nowMs: fromMs + 1000 * index };
    const answers = messagesOf(deliver(engine, request, at), 'block-response');
    return answers[0]?.blocks[0]?.id === blockId;
  });
}

/** Short enough to be printed. */
const namesOf = (blocks: readonly Block[]): string[] =>
  blocks.map((block) => `${block.round}-${block.createdUnixMs}`);

describe('an engine whose rounds end in timeouts only', () => {
  it('votes for no more payload than it can hold, for empty blocks always, and frees it all', () => {
    const engine = startedEngine();
    const blocks = largeBlocks(foreignRounds(24));
    const voted = blocks.filter((block) => isVotedFor(engine, block));
    expect(namesOf(voted)).toEqual(namesOf(blocks.slice(0, 16))); // 64 MiB
    const empty = blockAfterTimeouts(35, {});
    expect(isVotedFor(engine, empty)).toBe(true);
    const [second, third] = committee.chain(2, 36, committee.qc(empty)) as [Block, Block];
    expect(isVotedFor(engine, second)).toBe(true);
    expect(outputsOf(propose(engine, third), 'commit')).toHaveLength(1);
    expect(heldOf(engine, blocks)).toHaveLength(0);
  });

  it('still builds on a block it voted for long ago, when its certificate comes out late', () => {
    const engine = startedEngine();
    const blocks = largeBlocks(foreignRounds(24));
    for (const block of blocks) propose(engine, block);
    const [first] = blocks as [Block];
    const highQc = committee.qc(first);
    expect(isVotedFor(engine, blockAfterTimeouts(35, { highQc }))).toBe(true);
  });

  it('lets blocks go that it did not vote for, before it refuses one', () => {
    const engine = startedEngine();
    const rivals = foreignRounds(6).flatMap((round) =>
      [1, 2, 3, 4].map((createdUnixMs) =>
        blockAfterTimeouts(round, { transactions: large, createdUnixMs }),
      ),
    );
    const voted = rivals.filter((block) => isVotedFor(engine, block));
    expect(voted.map((block) => block.createdUnixMs)).toEqual([1, 1, 1, 1, 1, 1]);
    const held = heldOf(engine, rivals);
    expect(held.length).toBeLessThanOrEqual(16);
    expect(namesOf(held)).toEqual(expect.arrayContaining(namesOf(voted)));
  });

  it('keeps what leads to the highest certificate, and lets go what that overtook', () => {
    const engine = startedEngine();
    const [first, second] = largeBlocks([1, 2]) as [Block, Block];
    propose(engine, first);
    propose(engine, second);
    const highQc = committee.qc(second);
    const blocks = foreignRounds(24)
      .slice(3)
      .map((round) => blockAfterTimeouts(round, { transactions: large, highQc }));
    for (const block of blocks) propose(engine, block);
    const held = heldOf(engine, [first, second, ...blocks]);
    expect(namesOf(held)).toEqual(namesOf([second, ...blocks.slice(0, 15)]));
  });
});

describe('an engine that holds too much', () => {
  it('keeps the parent of what it takes in, though it did not vote for that', () => {
    const engine = startedEngine();
    const other = blockAfterTimeouts(1, {});
    const parent = blockAfterTimeouts(1, { createdUnixMs: 1 });
    const third = blockAfterTimeouts(2, {});
    for (const block of [other, parent, third]) propose(engine, block);
    const highQc = committee.qc(third);
    const blocks = foreignRounds(24)
      .slice(3, 19) // just full: the next one makes room
      .map((round) => blockAfterTimeouts(round, { transactions: large, highQc }));
    for (const block of blocks) propose(engine, block);
    const timeoutCertificate = committee.tc(34, committee.qc(parent));
    const child = committee.block({
      round: 35,
      parentQc: committee.qc(parent),
      timeoutCertificate,
    });
    expect(isVotedFor(engine, child)).toBe(true);
    expect(namesOf(heldOf(engine, [other, parent, child]))).toEqual(namesOf([parent, child]));
  });
});

describe('a leader', () => {
  /** What it proposes in the round after the timeouts of that one. */
  function proposedAfter(timedOutRound: number): readonly Output[] {
    const engine = startedEngine();
    engine.step(0, { kind: 'submit', transactions: [transaction(0, self)] });
    const outputs = committee.members().flatMap((voter) => {
      const lastTc = timedOutRound === 1 ? null : committee.tc(timedOutRound - 1);
      return deliver(engine, committee.timeout(voter, { round: timedOutRound, lastTc }));
    });
    return [...outputs, ...engine.step(500, { kind: 'wake' })];
  }

  it.each([
    [12, 1],
    [19, 0],
  ])(
    'after timeouts up to round %i proposes %i transactions: none after two rotations',
    (round, count) => {
      const [proposal] = messagesOf(proposedAfter(round), 'proposal');
      expect(proposal?.block.transactions).toHaveLength(count);
    },
  );
});
