import { describe, expect, it } from '@jest/globals';
import { createShaping } from '../../../controller/src/run/shape-network.ts';
import type { Disturbance, RunningNetwork } from '../../../controller/src/runtime/runtime.ts';
import { absentProcesses } from '../../fixtures/absent-processes.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';
import { networkOf, stateOf, wan } from '../shape/networks.ts';
import { type Behaviour, fakeNode } from '../shape/userspace/fake-node.ts';

const cellNetwork = networkOf(
  [2, 2],
  stateOf(2, () => wan),
);
const unused = (): never => {
  throw new Error('shaping has no use for this');
};

/** Four nodes that shape their own traffic, in a network that can tell of disturbances or not. */
function shapingOf(canTell = true) {
  const behaviours: Behaviour[] = [{}, {}, {}, {}];
  const nodes = behaviours.map((behaviour, nodeIndex) => fakeNode(nodeIndex, behaviour));
  let tell: ((event: Disturbance) => void) | null = null;
  const network: RunningNetwork = {
    nodes: behaviours.map((_, nodeIndex) => ({
      nodeIndex,
      name: `node-${nodeIndex}`,
      pid: null,
    })),
    clients: nodes.map(({ client }) => client),
    dataAddresses: [],
    namespaces: null,
    processes: absentProcesses(unused),
    onDisturbance: !canTell
      ? null
      : (listener) => {
          tell = listener;
          return () => {
            tell = null;
          };
        },
    warnings: [],
    createdAt: new Date(0),
    exits: unused,
    logs: unused,
    stop: unused,
    [Symbol.asyncDispose]: unused,
  };
  const clock = createVirtualClock();
  const { signal } = new AbortController();
  const shaping = createShaping(
    { shaper: 'userspace', cellNetwork, network, seed: 1, allowMismatch: false },
    { clock, signal, onProgress: () => undefined },
  );
  if (shaping === null) throw new Error('it is shaped');
  return {
    shaping,
    nodes,
    isHeard: () => tell !== null,
    /** What each node has sent to node 3, or node 3 to node 0, since it began. */
    count: (...segments: readonly number[]) => {
      for (const [node, behaviour] of behaviours.entries()) {
        const peerIndex = node === 3 ? 0 : 3;
        const sent = segments[node] ?? 0;
        behaviour.links = [{ peerIndex, segments: sent, segmentsLost: 0, bytes: sent }];
      }
    },
    async disturb(nodeIndex: number, kind: Disturbance['kind']) {
      tell?.({ nodeIndex, kind, at: clock.now() });
      for (let turn = 0; turn < 400; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    conclude: () => shaping.conclude(signal),
  };
}

describe('createShaping, where nodes shape themselves', () => {
  it('shapes again what was restarted or reconnected, and lets in only the first', async () => {
    const { shaping, nodes, disturb } = shapingOf();
    const rejoined: number[] = [];
    await shaping.setUp();
    await shaping.begin(async (node) => {
      rejoined.push(node);
    });
    await disturb(1, 'restarted');
    await disturb(2, 'reconnected');
    expect(nodes.map(({ told }) => told.length)).toEqual([1, 2, 2, 1]);
    expect(rejoined).toEqual([1]);
    await shaping.end();
    const { disturbances, checks } = shaping.record();
    expect(disturbances.map(({ nodeIndex }) => nodeIndex)).toEqual([1, 2]);
    expect(new Set(checks.map(({ occasion }) => occasion))).toEqual(new Set(['again']));
  });

  it('counts from nothing only at a node that began anew', async () => {
    const { shaping, count, disturb, conclude } = shapingOf();
    await shaping.setUp();
    count(1_000, 1_000, 1_000, 1_000);
    await shaping.begin(async () => undefined);
    await disturb(1, 'restarted');
    await disturb(2, 'reconnected');
    // The restarted node has already sent more than before.
    count(1_500, 1_200, 1_700, 1_900);
    await conclude();
    const { counters } = shaping.record();
    expect(counters.map(({ nodeIndex, packets }) => [nodeIndex, packets])).toEqual([
      [0, 500],
      [1, 1_200],
      [2, 700],
      [3, 900],
    ]);
    await shaping.end();
  });

  it('notes as drift what a node lost, and nobody noticed', async () => {
    const { shaping, nodes, conclude } = shapingOf();
    await shaping.setUp();
    await shaping.begin(async () => undefined);
    await conclude();
    expect(shaping.record().drift).toEqual([]);
    nodes[3]?.told.splice(0);
    await conclude();
    expect(shaping.record().drift[0]).toBe('Node 3 does not shape what it sends to 0, 1, 2.');
    await shaping.end();
  });

  it('listens to nobody where no node ever returns', async () => {
    const { shaping, isHeard } = shapingOf(false);
    await shaping.setUp();
    await shaping.begin(unused);
    expect(isHeard()).toBe(false);
    await shaping.end();
    expect(shaping.record().disturbances).toEqual([]);
  });
});
