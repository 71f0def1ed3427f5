import { describe, expect, it } from '@jest/globals';
import type { NodeClient } from '../../../../controller/src/control/node-client.ts';
import { TestbedError } from '../../../../controller/src/errors/testbed-error.ts';
import { heldByEvent } from '../../../../controller/src/model/timeline.ts';
import { createUserspaceShaper } from '../../../../controller/src/shape/userspace/userspace-shaper.ts';
import type { Shaping } from '../../../../node-image/src/contract/index.ts';
import { createVirtualClock } from '../../../fixtures/virtual-clock.ts';
import { lossy, networkOf, shape, shapedOf, stateOf } from '../networks.ts';
import { type Behaviour, fakeNode } from './fake-node.ts';

const signal = new AbortController().signal;
const state = stateOf(2, (from, to) => ({
  ...shape({ meanMs: 10 * from + to + 1, rateBitsPerSec: 1e6 }),
  ...lossy(0.01),
}));
const network = networkOf([2, 1], state);

function shaperOf(behaviours: readonly Behaviour[] = [{}, {}, {}]) {
  const nodes = behaviours.map((behaviour, index) => fakeNode(index, behaviour));
  const shaper = createUserspaceShaper(
    shapedOf(network),
    nodes.map(({ client }) => client),
    { clock: createVirtualClock() },
  );
  return { nodes, shaper };
}

type CallOptions = Parameters<NodeClient['shapingStatus']>[0];

/** As a process that does not run answers. */
function silence(until: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (until.aborted) reject(until.reason);
    until.addEventListener('abort', () => reject(until.reason));
  });
}

const offer = { durationMs: 500, timeoutMs: 100, shares: [] };
const rateOptions = { signal, limitMs: 10_000, bitsPerSecMax: 1e9, hostShare: 1 };

describe('createUserspaceShaper', () => {
  it('tells each node the links of its region, peer by peer, and answers for each', async () => {
    const { nodes, shaper } = shaperOf();
    const answers = await shaper.apply(state, [0, 2], { signal });
    expect(answers).toEqual([
      { nodeIndex: 0, appliedAt: new Date(1_000), error: null },
      { nodeIndex: 2, appliedAt: new Date(1_002), error: null },
    ]);
    const delays = (node: number) =>
      nodes[node]?.told[0]?.links.map(({ peerIndex, delay }) => [peerIndex, delay.meanMs]);
    expect(delays(0)).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(delays(2)).toEqual([
      [0, 11],
      [1, 11],
    ]);
    expect(nodes[1]?.told).toEqual([]);
    expect(nodes[0]?.told[0]?.seed).not.toBe(nodes[2]?.told[0]?.seed);
  });

  it('cuts in the one direction that is asked for', async () => {
    const { nodes, shaper } = shaperOf();
    const cut = { ...state, cuts: [{ from: [0], to: [2] }] };
    await shaper.change(state, cut, [0, 1, 2], { signal });
    const cuts = nodes.map(({ told }) =>
      told[0]?.links.filter(({ isCut }) => isCut).map(({ peerIndex }) => peerIndex),
    );
    expect(cuts).toEqual([[2], [], []]);
  });

  it('waits for nobody who is frozen while it is told, and tells the others', async () => {
    const frozen = new AbortController();
    const nodes = [0, 1, 2].map((index) => fakeNode(index));
    const clients = nodes.map(({ client }, index) => ({
      ...client,
      shape: (body: Shaping, options: CallOptions) =>
        index === 1 ? silence(options.signal) : client.shape(body, options),
      shapingStatus: (options: CallOptions) =>
        index === 1 ? silence(options.signal) : client.shapingStatus(options),
    }));
    const untilAway = (node: number) => (node === 1 ? frozen.signal : signal);
    const shaped = { ...shapedOf(network), untilAway };
    const shaper = createUserspaceShaper(shaped, clients, { clock: createVirtualClock() });
    const changing = shaper.change(state, state, [0, 1, 2], { signal });
    frozen.abort();
    expect((await changing).map(({ error }) => error)).toEqual([null, heldByEvent, null]);
    expect(await shaper.inspect(state, { signal })).toEqual([]);
  });

  it('names the nodes of an image that cannot shape, and what it lacks', async () => {
    const { shaper } = shaperOf([{}, { capabilities: ['load', 'probe'] }, {}]);
    await expect(shaper.apply(state, [0], { signal })).rejects.toMatchObject({
      code: 'SHAPER_UNAVAILABLE',
      message: expect.stringMatching(/^Node 1 is of an image .* lacks the capability shaping\.$/),
      details: { nodes: [1] },
    });
  });

  it.each([{ duplicateRatio: 0.1 }, { corruptRatio: 0.1 }, { reorders: true }])(
    'refuses %j, which a stream cannot do',
    async (rest) => {
      const { shaper } = shaperOf();
      await expect(
        shaper.apply(
          stateOf(2, () => shape(rest)),
          [0],
          { signal },
        ),
      ).rejects.toMatchObject({ code: 'SHAPER_UNAVAILABLE' });
    },
  );

  it('tries again where a connection is dead, and answers with what it got in the end', async () => {
    const unreachable = new TestbedError('NODE_UNREACHABLE', 'connection reset');
    const refused = new TestbedError('NODE_CONTRACT', 'refused');
    const { shaper } = shaperOf([
      { fail: (attempt) => (attempt === 1 ? unreachable : null) },
      { fail: () => refused },
      { fail: () => unreachable },
    ]);
    expect(await shaper.apply(state, [0, 1, 2], { signal })).toEqual([
      { nodeIndex: 0, appliedAt: new Date(1_000), error: null },
      { nodeIndex: 1, appliedAt: null, error: 'refused' },
      { nodeIndex: 2, appliedAt: null, error: 'connection reset' },
    ]);
  });

  it('has nodes measure, in the order asked', async () => {
    const { shaper } = shaperOf();
    const ping = { count: 2, intervalMs: 10, timeoutMs: 100 };
    const probes = [
      { fromNode: 2, toNode: 0, ...ping },
      { fromNode: 0, toNode: 1, ...ping },
    ];
    expect(await shaper.probeRoundTrips(probes, { signal })).toEqual([
      { sent: 2, rttMs: [2, 0] },
      { sent: 2, rttMs: [0, 1] },
    ]);
    const rates = [
      { fromNode: 0, toNode: 2, rateBitsPerSec: 1e6, ...offer },
      { fromNode: 0, toNode: 1, rateBitsPerSec: 1e6, ...offer },
    ];
    expect(await shaper.probeRates(rates, rateOptions)).toEqual([
      { receivedBitsPerSec: 4e6, elapsedMs: 500 },
      { receivedBitsPerSec: 2e6, elapsedMs: 500 },
    ]);
  });

  it('waits for the links of a node that began anew, and hears nothing over one that stays down', async () => {
    const { shaper } = shaperOf([{ refusals: 3 }, { refusals: 1e9 }, {}]);
    const ping = { toNode: 2, count: 2, intervalMs: 10, timeoutMs: 100 };
    const probes = [
      { fromNode: 0, ...ping },
      { fromNode: 1, ...ping },
    ];
    expect(await shaper.probeRoundTrips(probes, { signal })).toEqual([
      { sent: 2, rttMs: [0, 2] },
      { sent: 2, rttMs: [] },
    ]);
    const rate = { fromNode: 1, toNode: 2, rateBitsPerSec: 1e6, ...offer };
    expect(await shaper.probeRates([rate], rateOptions)).toEqual([
      { receivedBitsPerSec: 0, elapsedMs: 500 },
    ]);
  });

  it.each([
    [1e6, 500],
    [1e5, 0],
  ])(
    'takes it for a rate of 0 if nothing arrives at %d bit/s, unless that is slow',
    async (rateBitsPerSec, elapsedMs) => {
      const { shaper } = shaperOf([{ carries: 'nothing' }, {}, {}]);
      const rate = { fromNode: 0, toNode: 2, rateBitsPerSec, ...offer };
      expect(await shaper.probeRates([rate], rateOptions)).toEqual([
        { receivedBitsPerSec: 0, elapsedMs },
      ]);
    },
  );

  it('adds counters of peers up by region', async () => {
    const count = (peerIndex: number) => ({ peerIndex, segments: 100, segmentsLost: 3, bytes: 9 });
    const { shaper } = shaperOf([
      { links: [count(1), count(2)] },
      { links: [count(0), count(2)] },
      { links: [count(0)] },
    ]);
    expect((await shaper.counters({ signal })).slice(0, 2)).toEqual([
      { nodeIndex: 0, toRegion: 0, packets: 97, bytes: 9, dropped: 3 },
      { nodeIndex: 0, toRegion: 1, packets: 97, bytes: 9, dropped: 3 },
    ]);
  });

  it('finds at the end what was lost or changed on the way', async () => {
    const { nodes, shaper } = shaperOf();
    await shaper.apply(state, [0, 1, 2], { signal });
    expect(await shaper.inspect(state, { signal })).toEqual([]);
    nodes[2]?.told.splice(0);
    const seed = /Node 2: the seed is 0 instead of \d+\./;
    const lost = ['Node 2 does not shape what it sends to 0, 1.', expect.stringMatching(seed)];
    expect(await shaper.inspect(state, { signal })).toEqual(lost);
    const cut = { ...state, cuts: [{ from: [0], to: [2] }] };
    expect(await shaper.inspect(cut, { signal })).toEqual([
      'Node 0 towards 2: the link is open instead of cut.',
      ...lost,
    ]);
  });
});
