import { describe, expect, it } from '@jest/globals';
import {
  createSubmissionGate,
  type SubmissionGate,
} from '../../../../node-image/src/shell/submission-gate.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';

interface Bench {
  readonly clock: FakeClock;
  readonly gate: SubmissionGate;
  /** Number of transactions of each pass. */
  readonly passed: number[];
}

function createBench(): Bench {
  const clock = createFakeClock(0);
  const passed: number[] = [];
  const gate = createSubmissionGate({
    nowMs: clock.nowMs,
    after: clock.after,
    pass: (transactions) => passed.push(transactions.length),
  });
  return { clock, gate, passed };
}

const some = (count: number): Uint8Array[] => new Array(count).fill(new Uint8Array(20));

describe('submission gate', () => {
  it('passes on at once while the network is idle', () => {
    const { clock, gate, passed } = createBench();
    gate.submit(some(1));
    clock.advance(50);
    gate.proposalSeen(false, clock.nowMs());
    gate.submit(some(2));
    expect(passed).toEqual([1, 2]);
  });

  it('paces itself while no proposal comes: what it passed on should have led to one', () => {
    const { clock, gate, passed } = createBench();
    for (let i = 0; i < 100; i++) {
      gate.submit(some(1));
      clock.advance(2);
    }
    expect(passed).toEqual([1, 25, 25, 25]);
  });

  it('holds while blocks with transactions are coming, until it is flushed', () => {
    const { gate, passed } = createBench();
    gate.proposalSeen(true, 0);
    gate.submit(some(1));
    gate.submit(some(2));
    expect(passed).toEqual([]);
    gate.flush();
    expect(passed).toEqual([3]);
    gate.flush();
    expect(passed).toEqual([3]);
  });

  it('passes on by itself when no proposal comes', () => {
    const { clock, gate, passed } = createBench();
    gate.proposalSeen(true, 0);
    gate.submit(some(4));
    clock.advance(2_000);
    expect(passed).toEqual([4]);
    clock.advance(500);
    gate.submit(some(1));
    expect(passed).toEqual([4, 1]);
  });

  it('holds longer in a slow network, but never beyond half a second', () => {
    const { clock, gate, passed } = createBench();
    for (let i = 0; i < 50; i++) {
      clock.advance(100);
      gate.proposalSeen(true, clock.nowMs());
    }
    gate.submit(some(1));
    clock.advance(250);
    expect(passed).toEqual([]);
    clock.advance(100);
    expect(passed).toEqual([1]);
    for (let i = 0; i < 50; i++) {
      clock.advance(400);
      gate.proposalSeen(true, clock.nowMs());
    }
    gate.submit(some(1));
    clock.advance(500);
    expect(passed).toEqual([1, 1]);
  });

  it('holds briefly in a fast network', () => {
    const { clock, gate, passed } = createBench();
    for (let i = 0; i < 100; i++) {
      clock.advance(4);
      gate.proposalSeen(true, clock.nowMs());
    }
    gate.submit(some(1));
    clock.advance(49);
    expect(passed).toEqual([]);
    clock.advance(1);
    expect(passed).toEqual([1]);
  });

  it('has it with a leader that waits before that one proposes', () => {
    const { clock, gate, passed } = createBench();
    for (let i = 0; i < 50; i++) {
      clock.advance(40);
      gate.proposalSeen(true, clock.nowMs());
    }
    clock.advance(5);
    gate.submit(some(2));
    gate.leaderWaits();
    clock.advance(18);
    expect(passed).toEqual([]);
    clock.advance(2);
    expect(passed).toEqual([2]);
    gate.submit(some(1));
    expect(passed).toEqual([2, 1]);
    gate.proposalSeen(true, clock.nowMs());
    gate.submit(some(1));
    expect(passed).toEqual([2, 1]);
  });

  it('forgets what it holds when it is cleared', () => {
    const { clock, gate, passed } = createBench();
    gate.proposalSeen(true, 0);
    gate.submit(some(1));
    gate.clear();
    clock.advance(1_000);
    expect(passed).toEqual([]);
  });
});
