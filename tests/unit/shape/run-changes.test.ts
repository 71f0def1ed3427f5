import { describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import type { NetworkState, PlannedChange } from '../../../controller/src/model/network.ts';
import type { NetworkChangeRecord } from '../../../controller/src/model/record.ts';
import { runChanges } from '../../../controller/src/shape/run-changes.ts';
import { createShapingLock, type ShapingLock } from '../../../controller/src/shape/shaping-lock.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';
import { createFakeShaper } from './fake-shaper.ts';
import { shape, stateOf } from './networks.ts';

const initial = stateOf(2, () => shape());
const slow = stateOf(2, () => shape({ meanMs: 100 }));
const failed = { appliedAt: null, error: 'RTNETLINK answers: No such device' };

function change(index: number, atMs: number, state: NetworkState): PlannedChange {
  return { index, atMs, kind: 'degrade', text: `change ${index}`, state, nodes: [0, 1, 2] };
}
const changes = [change(0, 1_000, slow), change(1, 4_000, initial)];

interface Setting {
  readonly answer?: Parameters<typeof createFakeShaper>[1];
  readonly lock?: ShapingLock;
  readonly signal?: AbortSignal;
}

async function run({ answer, lock, signal }: Setting = {}) {
  const clock = createVirtualClock();
  const startMs = clock.now().getTime();
  const shaper = createFakeShaper(() => clock.now(), answer);
  const records: NetworkChangeRecord[] = [];
  const states: NetworkState[] = [];
  await runChanges(
    {
      shaper,
      changes,
      initial,
      measureAt: new Date(startMs + 2_000),
      lock: lock ?? null,
      onState: (state) => states.push(state),
      onRecord: (some) => records.push(...some),
    },
    { clock, signal: signal ?? new AbortController().signal },
  );
  return { shaper, records, states, startMs };
}

describe('runChanges', () => {
  it('carries each change out at its time after the start of the window', async () => {
    const { records, shaper, states, startMs } = await run();
    expect(shaper.calls.map(({ call, state }) => [call, state])).toEqual([
      ['change', slow],
      ['change', initial],
    ]);
    expect(states).toEqual([slow, initial]);
    expect(records.map((one) => [one.changeIndex, one.nodeIndex])).toEqual(
      [0, 1].flatMap((index) => [0, 1, 2].map((node) => [index, node])),
    );
    for (const { plannedAt, appliedAt, changeIndex } of records) {
      expect(plannedAt.getTime() - startMs).toBe(changeIndex === 0 ? 3_000 : 6_000);
      expect(appliedAt).toEqual(plannedAt);
    }
  });

  it('tries once more where it failed, with the whole state, and records what came of it', async () => {
    const { records, shaper } = await run({
      answer: (call, node) => (call === 'change' && node === 1 ? failed : null),
    });
    expect(shaper.calls.slice(0, 2).map(({ call, nodes }) => [call, nodes])).toEqual([
      ['change', [0, 1, 2]],
      ['apply', [1]],
    ]);
    expect(records.every(({ appliedAt }) => appliedAt !== null)).toBe(true);
  });

  it('records the error of a node that fails twice, and goes on with the next change', async () => {
    const { records, shaper } = await run({
      answer: (_call, node) => (node === 2 ? failed : null),
    });
    expect(shaper.calls.length).toBe(4);
    expect(records.filter(({ appliedAt }) => appliedAt === null)).toMatchObject([
      { changeIndex: 0, nodeIndex: 2, error: failed.error },
      { changeIndex: 1, nodeIndex: 2, error: failed.error },
    ]);
  });

  it('takes a call that fails as a whole for the failure of each node', async () => {
    const { records } = await run({
      answer: () => new TestbedError('SHAPING_FAILED', 'The helper is gone.'),
    });
    expect(records.map(({ error }) => error)).toEqual(Array(6).fill('The helper is gone.'));
  });

  it('throws what is a bug', async () => {
    await expect(run({ answer: () => new TypeError('bug') })).rejects.toThrow('bug');
  });

  it('waits for whoever holds the lock', async () => {
    const lock = createShapingLock();
    let isHeld = true;
    const holding = lock.run(async () => {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      isHeld = false;
    });
    const seen: boolean[] = [];
    await run({
      lock,
      answer: () => {
        seen.push(isHeld);
        return null;
      },
    });
    await holding;
    expect(seen).toEqual(Array(6).fill(false));
  });

  it('ends with the signal, before the changes that are still to come', async () => {
    const controller = new AbortController();
    const { records } = await run({
      signal: controller.signal,
      answer: (_call, node) => {
        if (node === 2) controller.abort();
        return null;
      },
    });
    expect(records.map(({ changeIndex }) => changeIndex)).toEqual([0, 0, 0]);
  });
});

describe('createShapingLock', () => {
  it('goes on after work that failed', async () => {
    const lock = createShapingLock();
    const order: number[] = [];
    const first = lock.run(async () => {
      order.push(1);
      throw new Error('no');
    });
    const second = lock.run(async () => order.push(2));
    await expect(first).rejects.toThrow('no');
    await second;
    expect(order).toEqual([1, 2]);
  });
});
