import { describe, expect, it } from '@jest/globals';
import type {
  Block,
  Message,
  MessageHeader,
  Proposal,
} from '../../../../../node-image/src/engine/chained/messages.ts';
import type { Engine } from '../../../../../node-image/src/engine/chained/seam.ts';
import { Allowances } from '../../../../../node-image/src/engine/shared/allowances.ts';
import { Committee, deliver, messagesOf } from './committee.ts';

const committee = new Committee(7);

/** Signatures that the engine verifies while it hears these messages. */
function workOf(engine: Engine, hear: () => void): number {
  const before = engine.status().counters.signaturesVerified;
  hear();
  return engine.status().counters.signaturesVerified - before;
}

function engineIn(round: number): Engine {
  const highQc = committee.qc(committee.block({ round: round - 1 }));
  const restored = {
    lastVotedRound: round - 1,
    lastProposedRound: 0,
    highQc,
    lastTc: null,
    lockedRound: 0,
  };
  const engine = committee.engine(6, { restored });
  engine.start(0);
  return engine;
}

/** Member 1's genuine proposals of old, each with another genuine certificate. */
function oldProposals(count: number): Proposal[] {
  return Array.from({ length: count }, (_, index) => {
    const parentQc = committee.qc(committee.block({ round: 7 * (index + 1) }));
    return committee.proposal(committee.block({ round: 7 * (index + 1) + 1, parentQc }));
  });
}

describe('an allowance', () => {
  it('is a burst and fills with time, each for itself, and may be overdrawn once', () => {
    const allowances = new Allowances({ amount: 10, periodMs: 100 });
    allowances.spend(1, 9, 1000);
    expect([1, 2].map((member) => allowances.isFree(member, 1000))).toEqual([true, true]);
    allowances.spend(1, 21, 1000);
    expect([1199, 1200].map((nowMs) => allowances.isFree(1, nowMs))).toEqual([false, true]);
    expect(allowances.isFree(2, 1000)).toBe(true);
    allowances.spend(1, 10, 9000); // no more than the burst was saved up
    allowances.spend(1, 1, 9000);
    expect(allowances.freeAtMs(1)).toBe(9010);
  });
});

describe('work that one member can cause', () => {
  it('by proposals of long ago on genuine certificates: that of the last 64 rounds, once', () => {
    const engine = engineIn(3000);
    const proposals = oldProposals(427);
    const work = workOf(engine, () => {
      for (const proposal of [...proposals, ...proposals]) deliver(engine, proposal);
    });
    expect(work).toBe(8 * (1 + 5)); // so many of them are its own; a quorum is 5
    expect(engine.isWanted(1, 1, headerOf(proposals[0] as Proposal))).toBe(false);
    expect(engine.isWanted(1, 1, { ...headerOf(proposals[0] as Proposal), round: 3004 })).toBe(
      true,
    );
  });

  it('by proposals of rounds to come that nothing leads to: none', () => {
    const engine = engineIn(61);
    const work = workOf(engine, () => {
      for (let index = 0; index < 100; index++) {
        const parentQc = committee.qc(committee.block({ round: index + 1 }));
        const block = committee.block({ round: 7 * (index + 20) + 1, parentQc });
        deliver(engine, committee.proposal(block));
      }
    });
    expect(work).toBe(0);
  });

  const garbage = new Uint8Array(32);
  const trueTc = committee.tc(77);
  const entries = trueTc.entries.map((entry) => ({ ...entry, signature: garbage }));
  const falseTc = { ...trueTc, entries };
  const oldQc = (index: number) => committee.qc(committee.block({ round: index + 1 }));
  it.each<[string, number, (index: number) => Message]>([
    [
      'proposals',
      1,
      (index) => {
        const block = committee.block({ round: 57, createdUnixMs: index });
        return { ...committee.proposal(block), signature: garbage };
      },
    ],
    [
      'proposals of rounds to come',
      7,
      (index) => {
        const parentQc = oldQc(index);
        const block = committee.block({ round: 78, parentQc, timeoutCertificate: falseTc });
        return committee.proposal(block);
      },
    ],
    [
      'timeouts of rounds to come',
      7,
      (index) => committee.timeout(1, { round: 78, highQc: oldQc(index), lastTc: falseTc }),
    ],
    [
      'votes',
      1,
      () => ({ ...committee.vote(1, committee.block({ round: 61 })), signature: garbage }),
    ],
  ])('by %s with a false signature: that of five a second', (_, costMax, make) => {
    const engine = engineIn(61);
    const tell = (nowMs: number, first: number): number =>
      workOf(engine, () => {
        for (let index = first; index < first + 20; index++) {
          deliver(engine, make(index), { from: 1, nowMs });
        }
      });
    const work = tell(1000, 0);
    expect(work).toBeGreaterThanOrEqual(5);
    expect(work).toBeLessThanOrEqual(5 * costMax);
    expect(tell(1001, 20)).toBe(0);
    expect(tell(9000, 40)).toBeGreaterThanOrEqual(5);
  });

  it('by signed blocks under an id that is not theirs: five a second, and nobody else suffers', () => {
    const engine = engineIn(61);
    for (let index = 0; index < 9; index++) {
      const block = committee.block({ round: 57, createdUnixMs: index });
      deliver(engine, committee.proposal({ ...block, createdUnixMs: -1 }));
    }
    expect(engine.isWanted(1, 1, { kind: 'vote', round: 1999 })).toBe(false);
    expect(engine.isWanted(1, 2, { kind: 'vote', round: 1999 })).toBe(true);
    expect(engine.isWanted(2000, 1, { kind: 'vote', round: 1999 })).toBe(true);
  });

  it('by late votes and repeated timeouts: they are not even decoded', () => {
    const engine = engineIn(61);
    const isWanted = (header: MessageHeader): boolean => engine.isWanted(1, 1, header);
    expect([59, 60, 61].map((round) => isWanted({ kind: 'vote', round }))).toEqual([
      false,
      false, // its certificate is here
      true,
    ]);
    const timeout = (round: number) => isWanted({ kind: 'timeout', round, voter: 1 });
    expect([60, 61, 62].map(timeout)).toEqual([false, true, true]);
    const highQc = committee.qc(committee.block({ round: 60 }));
    deliver(engine, committee.timeout(1, { round: 61, highQc }));
    expect([60, 61, 62].map(timeout)).toEqual([false, false, true]);
  });
});

describe('an answer', () => {
  it('is wanted from who was asked, once', () => {
    const engine = committee.engine(6);
    engine.start(0);
    const third = committee.chain(3)[2] as Block;
    const isWanted = (from: number) => engine.isWanted(1, from, { kind: 'block-response' });
    expect(isWanted(3)).toBe(false);
    expect(messagesOf(deliver(engine, committee.proposal(third)), 'block-request')).toHaveLength(1);
    expect([2, 3].map(isWanted)).toEqual([false, true]);
    deliver(engine, { kind: 'block-response', blocks: [], droppedRound: 0 }, { from: 3 });
    expect(isWanted(3)).toBe(false);
  });
});

function headerOf(proposal: Proposal): Extract<MessageHeader, { kind: 'proposal' }> {
  const { id: blockId, round, author } = proposal.block;
  return { kind: 'proposal', blockId, round, author };
}
