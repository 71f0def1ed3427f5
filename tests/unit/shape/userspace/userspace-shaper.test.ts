import { describe, expect, it } from '@jest/globals';
import type { NodeClient } from '../../../../controller/src/control/node-client.ts';
import { TestbedError } from '../../../../controller/src/errors/testbed-error.ts';
import { createUserspaceShaper } from '../../../../controller/src/shape/userspace/userspace-shaper.ts';
import type { Shaping, ShapingCounters } from '../../../../node-image/src/contract/index.ts';
import { createVirtualClock } from '../../../fixtures/virtual-clock.ts';
import { lossy, networkOf, shape, shapedOf, stateOf } from '../networks.ts';

const signal = new AbortController().signal;
const state = stateOf(2, (from, to) => ({
  ...shape({ meanMs: 10 * from + to + 1, rateBitsPerSec: 1e6 }),
  ...lossy(0.01),
}));
const network = networkOf([2, 1], state);

interface FakeNode {
  readonly client: NodeClient;
  readonly told: Shaping[];
}

interface Behaviour {
  readonly capabilities?: readonly string[];
  readonly fail?: (attempt: number) => TestbedError | null;
  readonly links?: ShapingCounters['links'];
  /** So many probes are refused because the link is down. */
  readonly refusals?: number;
}

const linkDown = new TestbedError('NODE_CONTRACT', 'refused', {
  details: { problemCode: 'LINK_DOWN' },
});

function fakeNode(nodeIndex: number, behaviour: Behaviour = {}): FakeNode {
  const { capabilities, fail, links } = behaviour;
  const told: Shaping[] = [];
  let attempts = 0;
  let refusals = behaviour.refusals ?? 0;
  const refuse = (): void => {
    if (refusals-- > 0) throw linkDown;
  };
  const absent = async (): Promise<never> => {
    throw new Error('not part of shaping');
  };
  const client: NodeClient = {
    nodeIndex,
    identity: async () => ({
      contractVersion: 1,
      runId: 'run',
      nodeIndex,
      peerId: `peer-${nodeIndex}`,
      publicKeyHex: '00',
      dataAddress: `10.0.0.${nodeIndex}:7001`,
      software: 'fake 1.0',
      capabilities: [...(capabilities ?? ['load', 'probe', 'shaping'])],
    }),
    configure: absent,
    readiness: absent,
    start: absent,
    loadStart: absent,
    loadStop: absent,
    loadStatus: absent,
    results: absent,
    log: absent,
    async shape(body) {
      const failure = fail?.(++attempts) ?? null;
      if (failure !== null) throw failure;
      told.push(body);
      return { appliedUnixMs: 1_000 + nodeIndex };
    },
    shapingCounters: async () => ({ links: links ?? [] }),
    async probe({ peerIndex, count }) {
      refuse();
      return { sent: count, rttMicros: [nodeIndex * 1_000, peerIndex * 1_000] };
    },
    async probeRate({ peerIndex }) {
      refuse();
      return { receivedBytes: 125_000 * peerIndex, elapsedMs: 500 };
    },
  };
  return { client, told };
}

function shaperOf(behaviours: readonly Behaviour[] = [{}, {}, {}]) {
  const nodes = behaviours.map((behaviour, index) => fakeNode(index, behaviour));
  const shaper = createUserspaceShaper(
    shapedOf(network),
    nodes.map(({ client }) => client),
    { clock: createVirtualClock() },
  );
  return { nodes, shaper };
}

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
      { fromNode: 0, toNode: 2, durationMs: 500, rateBitsPerSec: 1e6 },
      { fromNode: 0, toNode: 1, durationMs: 500, rateBitsPerSec: 1e6 },
    ];
    expect(await shaper.probeRates(rates, { signal })).toEqual([
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
    const rate = { fromNode: 1, toNode: 2, durationMs: 500, rateBitsPerSec: 1e6 };
    expect(await shaper.probeRates([rate], { signal })).toEqual([
      { receivedBitsPerSec: 0, elapsedMs: 0 },
    ]);
  });

  it('adds counters of peers up by region, and finds nodes that shape nothing', async () => {
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
    expect(await shaper.inspect(state, { signal })).toEqual([
      'Node 2 does not shape what it sends to 1.',
    ]);
  });
});
