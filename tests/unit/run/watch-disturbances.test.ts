import { describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import type { Clock } from '../../../controller/src/lib/clock.ts';
import type { NetworkState } from '../../../controller/src/model/network.ts';
import type { LinkCheckRecord } from '../../../controller/src/model/record.ts';
import { watchDisturbances } from '../../../controller/src/run/watch-disturbances.ts';
import type { Disturbance } from '../../../controller/src/runtime/runtime.ts';
import type { ShapeOptions, Shaper } from '../../../controller/src/shape/shaper.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';
import { createFakeShaper } from '../shape/fake-shaper.ts';
import { networkOf, shapedOf, stateOf, wan } from '../shape/networks.ts';
import { createSimulatedShaper } from '../shape/simulated-shaper.ts';

const state = stateOf(2, () => wan);
const network = networkOf([2, 2], state);
const failed = { appliedAt: null, error: 'Node 1 is not there yet.' };

interface Setting {
  readonly answer?: Parameters<typeof createFakeShaper>[1];
  readonly truth?: NetworkState;
  readonly rejoin?: (node: number, options: ShapeOptions) => Promise<void>;
  readonly clock?: Clock;
  readonly kind?: Shaper['kind'];
  /** Called before each round of probes. */
  readonly onMeasure?: () => Promise<void>;
}

function watch(setting: Setting = {}) {
  const { answer, truth, rejoin, kind = 'netem', onMeasure } = setting;
  const clock = setting.clock ?? createVirtualClock();
  const log: string[] = [];
  const checks: LinkCheckRecord[] = [];
  const probing = createSimulatedShaper({ network, truth: truth ?? state }, 1);
  const shaper = createFakeShaper(() => clock.now(), answer, {
    async probeRoundTrips(probes, options) {
      log.push('measure');
      await onMeasure?.();
      return probing.probeRoundTrips(probes, options);
    },
  });
  let tell: (event: Disturbance) => void = () => undefined;
  const watching = watchDisturbances(
    {
      shaper: { ...shaper, kind },
      shaped: shapedOf(network),
      onDisturbance(listener) {
        tell = listener;
        return () => log.push('silent');
      },
      currentState: () => state,
      rejoin:
        rejoin ??
        (async (node) => {
          log.push(`rejoin ${node}`);
        }),
    },
    { clock, signal: new AbortController().signal, onCheck: (check) => checks.push(check) },
  );
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 60; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    clock,
    log,
    checks,
    shaper,
    watching,
    async disturb(...events: (readonly [number, Disturbance['kind']])[]) {
      for (const [nodeIndex, kind] of events) tell({ nodeIndex, kind, at: clock.now() });
      await settle();
    },
  };
}

describe('watchDisturbances', () => {
  it('shapes a restarted node, measures it, and only then lets it in', async () => {
    const { log, checks, shaper, watching, disturb } = watch();
    await disturb([1, 'restarted']);
    expect(shaper.calls).toMatchObject([{ call: 'apply', nodes: [1] }]);
    expect(log).toEqual(['measure', 'rejoin 1']);
    expect(checks.length).toBeGreaterThan(0);
    expect(checks.every(({ occasion, isWithin }) => occasion === 'again' && isWithin)).toBe(true);
    const [record] = await watching.end();
    expect(record).toMatchObject({ nodeIndex: 1, text: 'It restarted.' });
    expect(record?.shapedAgainAt?.getTime()).toBeGreaterThan(Number(record?.at.getTime()));
  });

  it('lets it in before it is measured where its links are up only then', async () => {
    const { log, shaper, checks, watching, disturb } = watch({ kind: 'userspace' });
    await disturb([1, 'restarted']);
    expect(shaper.calls).toMatchObject([{ call: 'apply', nodes: [1] }]);
    expect(log).toEqual(['rejoin 1', 'measure']);
    expect(checks.length).toBeGreaterThan(0);
    const [record] = await watching.end();
    expect(record).toMatchObject({ nodeIndex: 1, text: 'It restarted.' });
    expect(record?.shapedAgainAt).not.toBeNull();
  });

  it('waits for a node whose control port opens late, and not for ever', async () => {
    const begun = watch({ answer: (_call, _node, attempt) => (attempt < 20 ? failed : null) });
    const startedMs = begun.clock.monotonicMs();
    await begun.disturb([1, 'restarted']);
    expect(await begun.watching.end()).toMatchObject([{ text: 'It restarted.' }]);
    expect(begun.clock.monotonicMs() - startedMs).toBeGreaterThan(10_000);
    const never = watch({ answer: () => failed });
    await never.disturb([1, 'restarted']);
    expect(await never.watching.end()).toMatchObject([{ shapedAgainAt: null }]);
    const lastedMs = never.clock.monotonicMs() - startedMs;
    expect(lastedMs).toBeGreaterThan(15_000);
    expect(lastedMs).toBeLessThan(17_000);
  });

  it.each(['netem', 'userspace'] as const)(
    'lets nobody wait long for a node that cannot be shaped, under %s',
    async (kind) => {
      const rejoinedMs: number[] = [];
      const told = watch({
        kind,
        answer: (_call, node) => (node === 1 ? failed : null),
        rejoin: async () => void rejoinedMs.push(told.clock.monotonicMs()),
      });
      await told.disturb([1, 'restarted'], [2, 'restarted']);
      await told.disturb();
      expect(rejoinedMs).toHaveLength(1);
      expect(rejoinedMs[0]).toBeLessThan(3_000);
      const records = await told.watching.end();
      expect(records.map(({ shapedAgainAt }) => shapedAgainAt === null)).toEqual([true, false]);
    },
  );

  const hanging = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      if (signal.aborted) reject(signal.reason);
    });

  it.each(['netem', 'userspace'] as const)(
    'lets nobody wait for one that does not take part again, under %s',
    async (kind) => {
      const told = watch({
        kind,
        rejoin: async (node, { signal }) =>
          node === 1 ? hanging(signal) : void told.log.push(`rejoin ${node}`),
      });
      await told.disturb([1, 'restarted']);
      await told.disturb([2, 'restarted']);
      expect(told.log).toContain('rejoin 2');
      const [first, second] = await told.watching.end();
      expect(first).toMatchObject({
        text: 'It restarted; it was not waited for any longer until it took part again.',
      });
      expect(second?.shapedAgainAt).not.toBeNull();
    },
  );

  it('says so when it has not taken part again in time', async () => {
    const late = { ...createVirtualClock(), timeoutSignal: () => AbortSignal.abort() };
    const told = watch({ clock: late, rejoin: (_node, { signal }) => hanging(signal) });
    await told.disturb([1, 'restarted']);
    expect(await told.watching.end()).toMatchObject([
      { text: 'It restarted; it had not taken part again 30 s after it was shaped.' },
    ]);
  });

  it('does not let in a node that only lost its device', async () => {
    const { log, watching, disturb } = watch();
    await disturb([2, 'disconnected']);
    expect(log).toEqual([]);
    await disturb([2, 'reconnected']);
    expect(log).toEqual(['measure']);
    const records = await watching.end();
    expect(records).toMatchObject([{ nodeIndex: 2, text: 'Its data link was replaced.' }]);
    expect(records[0]?.shapedAgainAt).not.toBeNull();
  });

  it('shapes nodes together that were disturbed together', async () => {
    const { shaper, watching, disturb } = watch();
    await disturb([0, 'restarted'], [3, 'restarted'], [2, 'reconnected']);
    expect(shaper.calls.map(({ nodes }) => nodes)).toEqual([[0, 3, 2]]);
    expect((await watching.end()).length).toBe(3);
  });

  it.each(['netem', 'userspace'] as const)(
    'shapes at once what is disturbed while others are measured, under %s',
    async (kind) => {
      let isFirst = true;
      const told = watch({
        kind,
        async onMeasure() {
          if (!isFirst) return;
          isFirst = false;
          await told.disturb([0, 'restarted']);
          expect(told.shaper.calls.map(({ nodes }) => nodes)).toEqual([[1], [0]]);
        },
      });
      await told.disturb([1, 'restarted']);
      await told.disturb();
      const order =
        kind === 'netem'
          ? ['measure', 'rejoin 1', 'measure', 'rejoin 0']
          : ['rejoin 1', 'measure', 'rejoin 0', 'measure'];
      expect(told.log).toEqual(order);
      const records = await told.watching.end();
      expect(records.map(({ nodeIndex }) => nodeIndex)).toEqual([1, 0]);
      expect(records.filter(({ shapedAgainAt }) => shapedAgainAt === null)).toEqual([]);
    },
  );

  it('says nothing about the link to a node that is disturbed itself', async () => {
    let isFirst = true;
    const told = watch({
      // Were it not disturbed, node 1 would be found to be off.
      truth: stateOf(2, () => ({ ...wan, delay: { ...wan.delay, meanMs: 5, jitterMs: 1 } })),
      async onMeasure() {
        if (!isFirst) return;
        isFirst = false;
        await told.disturb([0, 'disconnected'], [2, 'disconnected'], [3, 'disconnected']);
      },
    });
    await told.disturb([1, 'reconnected']);
    expect(told.checks).toEqual([]);
    const [own, ...others] = await told.watching.end();
    expect(own).toMatchObject({ nodeIndex: 1, text: 'Its data link was replaced.' });
    expect(others.map(({ text }) => text)).toEqual(Array(3).fill('It lost its data link.'));
  });

  it('measures again where the other side is away for a moment', async () => {
    let failures = 0;
    const { checks, watching, disturb } = watch({
      async onMeasure() {
        if (failures++ < 2) throw new TestbedError('SHAPING_FAILED', 'No device there.');
      },
    });
    await disturb([1, 'reconnected']);
    expect(checks.length).toBeGreaterThan(0);
    const [record] = await watching.end();
    expect(record?.text).toBe('Its data link was replaced.');
    expect(record?.shapedAgainAt).not.toBeNull();
  });

  it('says so when a node cannot be measured', async () => {
    const { watching, disturb } = watch({
      async onMeasure() {
        throw new TestbedError('SHAPING_FAILED', 'No device there.');
      },
    });
    await disturb([1, 'reconnected']);
    expect(await watching.end()).toMatchObject([
      {
        text: 'Its data link was replaced; it could not be measured: No device there.',
        shapedAgainAt: null,
      },
    ]);
  });

  it('does not believe in a shape from before the node was disturbed once more', async () => {
    let isFirst = true;
    const told = watch({
      async onMeasure() {
        if (!isFirst) return;
        isFirst = false;
        await told.disturb([1, 'disconnected']);
      },
    });
    await told.disturb([1, 'restarted']);
    expect(told.log).toEqual(['measure']);
    expect(await told.watching.end()).toMatchObject([
      { nodeIndex: 1, text: 'It restarted.', shapedAgainAt: null },
    ]);
  });

  it('overlooks no disturbance, however shortly after the end of the last one it comes', async () => {
    const overlooked: number[] = [];
    for (let turns = 0; turns < 20; turns++) {
      let isFirst = true;
      const told = watch({
        async rejoin() {
          if (!isFirst) return;
          isFirst = false;
          (async () => {
            for (let turn = 0; turn < turns; turn++) await null;
            void told.disturb([3, 'restarted']);
          })();
        },
      });
      await told.disturb([1, 'restarted']);
      const nodes = told.shaper.calls.map((call) => call.nodes);
      if (nodes.length !== 2) overlooked.push(turns);
      await told.watching.end();
    }
    expect(overlooked).toEqual([]);
  });

  it('tries again while the node is not there yet', async () => {
    const { shaper, watching, disturb } = watch({
      answer: (_call, _node, attempt) => (attempt < 3 ? failed : null),
    });
    await disturb([1, 'restarted']);
    expect(shaper.calls.length).toBe(3);
    const records = await watching.end();
    expect(records).toMatchObject([{ text: 'It restarted.' }]);
    expect(records[0]?.shapedAgainAt).not.toBeNull();
  });

  it.each([
    ['answers', () => failed],
    ['fails as a whole', () => new TestbedError('SHAPING_FAILED', failed.error)],
  ])('gives up in the end, and says why, when the shaper %s', async (_how, answer) => {
    const { log, watching, disturb } = watch({ answer });
    await disturb([1, 'restarted']);
    expect(log).toEqual([]);
    expect(await watching.end()).toMatchObject([
      { text: 'It restarted; Node 1 is not there yet.', shapedAgainAt: null },
    ]);
  });

  it('does not call a node shaped that was measured and is not', async () => {
    const { checks, log, watching, disturb } = watch({
      truth: stateOf(2, () => ({ ...wan, delay: { ...wan.delay, meanMs: 5, jitterMs: 1 } })),
    });
    await disturb([1, 'restarted']);
    expect(checks.some(({ isWithin }) => !isWithin)).toBe(true);
    expect(log.at(-1)).toBe('rejoin 1');
    expect(await watching.end()).toMatchObject([
      { text: 'It restarted; it was measured and is not as planned.', shapedAgainAt: null },
    ]);
  });

  it('says so when the node cannot take part again', async () => {
    const { watching, disturb } = watch({
      rejoin: async () => {
        throw new TestbedError('NODE_UNREACHABLE', 'node-1 does not answer.');
      },
    });
    await disturb([1, 'restarted']);
    const [record] = await watching.end();
    expect(record?.text).toBe(
      'It restarted; it could not take part again: node-1 does not answer.',
    );
  });

  it('says so also where it is measured after that', async () => {
    const { watching, disturb } = watch({
      kind: 'userspace',
      truth: stateOf(2, () => ({ ...wan, delay: { ...wan.delay, meanMs: 5, jitterMs: 1 } })),
      rejoin: async () => {
        throw new TestbedError('NODE_UNREACHABLE', 'node-1 does not answer.');
      },
    });
    await disturb([1, 'restarted']);
    expect(await watching.end()).toMatchObject([
      {
        text: 'It restarted; it could not take part again: node-1 does not answer.',
        shapedAgainAt: null,
      },
    ]);
  });

  it('makes one record of each disturbance that is over', async () => {
    const { watching, disturb } = watch();
    await disturb([1, 'restarted']);
    await disturb([1, 'restarted']);
    const records = await watching.end();
    expect(records.map(({ nodeIndex }) => nodeIndex)).toEqual([1, 1]);
  });

  it('hears nothing more after its end, and hands over what is a bug', async () => {
    const { log, watching, disturb } = watch({ answer: () => new TypeError('bug') });
    await disturb([1, 'restarted']);
    await expect(watching.end()).rejects.toThrow('bug');
    expect(log).toContain('silent');
  });
});
