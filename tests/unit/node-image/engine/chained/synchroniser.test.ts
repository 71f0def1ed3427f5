import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Block, BlockId } from '../../../../../node-image/src/engine/chained/messages.ts';
import { OrphanPool } from '../../../../../node-image/src/engine/chained/orphan-pool.ts';
import { Synchroniser } from '../../../../../node-image/src/engine/chained/synchroniser.ts';
import { Committee, transaction } from './committee.ts';

const committee = new Committee(7);
const blocks = committee.chain(40);
const at = (round: number): Block => {
  const block = blocks[round - 1];
  if (block === undefined) throw new Error(`no block of round ${round}`);
  return block;
};

let known: Set<BlockId>;
let view: { committedRound: number; highQc: ReturnType<Committee['qc']> };
let orphans: OrphanPool;
let synchroniser: Synchroniser;

beforeEach(() => {
  known = new Set();
  view = { committedRound: 0, highQc: committee.qc(at(20)) };
  orphans = new OrphanPool();
  synchroniser = new Synchroniser(
    { committeeSize: 7, selfIndex: 0, retryMs: 100, peerChoiceSeed: 5 },
    {
      orphans,
      has: (id) => known.has(id),
      get committedRound() {
        return view.committedRound;
      },
      get highQc() {
        return view.highQc;
      },
    },
  );
});

const orphan = (round: number, from = 4) => ({
  block: at(round),
  keys: new Float64Array(0),
  from,
});

describe('synchroniser', () => {
  it('asks for nothing while nothing is missing', () => {
    known.add(at(20).id);
    expect(synchroniser.plan(0)).toBeNull();
    expect(synchroniser.state).toBe('current');
    expect(synchroniser.deadlineMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('asks a signer for the path to the highest certified block', () => {
    view.committedRound = 7;
    const ask = synchroniser.plan(0);
    expect(ask?.request).toEqual({ kind: 'block-request', blockId: at(20).id, floorRound: 7 });
    expect([1, 2, 3, 4, 5, 6]).toContain(ask?.to);
    expect(synchroniser.state).toBe('fetching');
  });

  it('asks the sender of an orphan for its parent first', () => {
    orphans.add(orphan(25));
    expect(synchroniser.plan(0)).toMatchObject({ to: 4, request: { blockId: at(24).id } });
  });

  it('never asks itself, though it proposed the orphan', () => {
    orphans.add(orphan(25, 0));
    expect(synchroniser.plan(0)?.to).not.toBe(0);
  });

  it('does not ask for a parent that waits itself', () => {
    orphans.add(orphan(26));
    orphans.add(orphan(25));
    expect(synchroniser.plan(0)?.request.blockId).toBe(at(24).id);
  });

  it('asks somebody else when nobody answers in time', () => {
    const first = synchroniser.plan(0);
    expect(synchroniser.plan(99)).toBeNull();
    const second = synchroniser.plan(100);
    expect(second?.request).toEqual(first?.request);
    expect(second?.to).not.toBe(first?.to);
  });

  it('takes one answer per request, from whom it asked', () => {
    const peer = synchroniser.plan(0)?.to ?? -1;
    const stranger = peer === 1 ? 2 : 1;
    expect(synchroniser.takeAnswer(stranger)).toBeNull();
    expect(synchroniser.takeAnswer(peer)).toBe(view.highQc);
    expect(synchroniser.takeAnswer(peer)).toBeNull();
  });

  it('goes on with the peer that helped, from where it got to', () => {
    const peer = synchroniser.plan(0)?.to ?? -1;
    synchroniser.answered(peer, 9, 5);
    expect(synchroniser.plan(5)).toEqual({
      to: peer,
      request: { kind: 'block-request', blockId: at(20).id, floorRound: 9 },
    });
  });

  it.each([
    ['just before somebody else would be asked', 99],
    ['at once', 1],
    ['when somebody else has been asked', 101],
  ])('is not held back by a peer that sends two blocks %s', (_, dripMs) => {
    const dripper = 4;
    view.highQc = { ...view.highQc, round: 10_000 };
    orphans.add({ ...orphan(25, dripper), block: { ...at(25), parentQc: view.highQc } });
    const answers: { from: number; atMs: number; reachedRound: number }[] = [];
    let nowMs = 0;
    while (view.committedRound < 10_000 && nowMs < 60_000) {
      const ask = synchroniser.plan(nowMs);
      if (ask !== null) {
        const [delayMs, rounds] = ask.to === dripper ? [dripMs, 2] : [5, 64];
        const reachedRound = ask.request.floorRound + rounds;
        answers.push({ from: ask.to, atMs: nowMs + delayMs, reachedRound });
      }
      nowMs++;
      for (const answer of answers.filter(({ atMs }) => atMs === nowMs)) {
        if (synchroniser.takeAnswer(answer.from) === null) continue;
        view.committedRound = Math.max(view.committedRound, answer.reachedRound);
        synchroniser.answered(answer.from, answer.reachedRound, nowMs);
      }
    }
    expect(view.committedRound).toBeGreaterThanOrEqual(10_000);
    // 157 full answers take 0.8 s; the rest are the dripper's turns.
    expect(nowMs).toBeLessThan(5_000);
  });

  it('lets whoever is asked keep its turn when a late answer comes', () => {
    const late = synchroniser.plan(0)?.to ?? -1;
    const asked = synchroniser.plan(100)?.to ?? -1;
    synchroniser.answered(late, 2, 101);
    expect(synchroniser.plan(101)).toBeNull();
    synchroniser.answered(asked, 9, 105);
    expect(synchroniser.plan(105)).toMatchObject({ to: asked, request: { floorRound: 9 } });
  });

  it('turns to others, from its own committed block, when a peer leads nowhere', () => {
    const peer = synchroniser.plan(0)?.to ?? -1;
    synchroniser.answered(peer, 9, 5);
    synchroniser.plan(5);
    synchroniser.answered(peer, 9, 6);
    const next = synchroniser.plan(6);
    expect(next?.to).not.toBe(peer);
    expect(next?.request.floorRound).toBe(0);
  });

  it('is done when the block is there', () => {
    synchroniser.plan(0);
    known.add(at(20).id);
    expect(synchroniser.plan(1)).toBeNull();
    expect(synchroniser.state).toBe('current');
  });

  it('lets a block rest that f + 1 peers do not have, and asks for it again later', () => {
    for (let count = 0; count < 3; count++) {
      synchroniser.answered(synchroniser.plan(count)?.to ?? -1, null, count);
    }
    expect(synchroniser.plan(3)).toBeNull();
    expect(synchroniser.state).toBe('fetching');
    expect(synchroniser.plan(100 * 16 + 3)).not.toBeNull();
  });

  it('says that it is out of the window when f + 1 peers have dropped what it needs', () => {
    for (let count = 0; count < 3; count++) {
      expect(synchroniser.state).not.toBe('out-of-window');
      const ask = synchroniser.plan(count);
      synchroniser.hasDropped(ask?.to ?? -1, count);
    }
    expect(synchroniser.state).toBe('out-of-window');
    expect(synchroniser.plan(100)).toBeNull();
    const ask = synchroniser.plan(802);
    expect(ask).not.toBeNull();
    synchroniser.answered(ask?.to ?? -1, 12, 803);
    expect(synchroniser.state).toBe('fetching');
  });
});

describe('orphan pool', () => {
  it('gives out the children of a block once', () => {
    orphans.add(orphan(3));
    orphans.add(orphan(5));
    expect(orphans.takeChildren(at(2).id).map((each) => each.block.round)).toEqual([3]);
    expect(orphans.takeChildren(at(2).id)).toEqual([]);
    expect([orphans.has(at(3).id), orphans.has(at(5).id)]).toEqual([false, true]);
  });

  it('is bounded by count: the lowest rounds go first', () => {
    for (const block of committee.chain(70)) {
      orphans.add({ block, keys: new Float64Array(0), from: 1 });
    }
    expect(orphans.size).toBe(64);
    const rounds = [...orphans.values()].map((each) => each.block.round);
    expect(Math.min(...rounds)).toBe(7);
  });

  it('is bounded by bytes', () => {
    for (let round = 1; round <= 5; round++) {
      const transactions = [transaction(round, 0, 8 * 1024 * 1024)];
      const block = committee.block({ round, transactions });
      orphans.add({ block, keys: new Float64Array(1), from: 1 });
    }
    expect(orphans.size).toBe(4);
  });

  it('forgets what can never be committed', () => {
    for (const round of [3, 4, 5]) orphans.add(orphan(round));
    orphans.forgetUpTo(4);
    expect([...orphans.values()].map((each) => each.block.round)).toEqual([5]);
  });
});
