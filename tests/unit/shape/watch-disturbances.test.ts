import { describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import type { NetworkState } from '../../../controller/src/model/network.ts';
import type { LinkCheckRecord } from '../../../controller/src/model/record.ts';
import type { Disturbance } from '../../../controller/src/runtime/runtime.ts';
import { watchDisturbances } from '../../../controller/src/shape/watch-disturbances.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';
import { createFakeShaper } from './fake-shaper.ts';
import { networkOf, shapedOf, stateOf, wan } from './networks.ts';
import { createSimulatedShaper } from './simulated-shaper.ts';

const state = stateOf(2, () => wan);
const network = networkOf([2, 2], state);
const failed = { appliedAt: null, error: 'Node 1 is not there yet.' };

interface Setting {
  readonly answer?: Parameters<typeof createFakeShaper>[1];
  readonly truth?: NetworkState;
  readonly rejoin?: (node: number) => Promise<void>;
}

function watch({ answer, truth, rejoin }: Setting = {}) {
  const clock = createVirtualClock();
  const log: string[] = [];
  const checks: LinkCheckRecord[] = [];
  const probing = createSimulatedShaper({ network, truth: truth ?? state }, 1);
  const shaper = createFakeShaper(() => clock.now(), answer, {
    async probeRoundTrips(probes, options) {
      log.push('measure');
      return probing.probeRoundTrips(probes, options);
    },
  });
  let tell: (event: Disturbance) => void = () => undefined;
  const watching = watchDisturbances(
    {
      shaper,
      shaped: shapedOf(network),
      namespaces: {
        onDisturbance(listener) {
          tell = listener;
          return () => log.push('silent');
        },
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
