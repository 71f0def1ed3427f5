import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LinkShape } from '../../../controller/src/model/network.ts';
import { canonicalJson } from '../../../controller/src/plan/canonical-json.ts';
import { createPlan } from '../../../controller/src/plan/create-plan.ts';
import { needsShaping, planNetwork } from '../../../controller/src/plan/plan-network.ts';
import { networkOf, scenarioOf, shapeBetween } from './networks-of.ts';

const plain: LinkShape = {
  delay: { distribution: 'fixed', meanMs: 0, jitterMs: 0, correlationRatio: 0 },
  loss: { kind: 'none' },
  duplicateRatio: 0,
  corruptRatio: 0,
  reorders: false,
  rateBitsPerSec: null,
  queuePackets: 1000,
};

function uniform(lowMs: number, highMs: number): LinkShape['delay'] {
  const [meanMs, jitterMs] = [(lowMs + highMs) / 2, (highMs - lowMs) / 2];
  return { distribution: 'uniform', meanMs, jitterMs, correlationRatio: 0 };
}

/** Of a network without regions. */
function shapeOf(network: string): LinkShape {
  return shapeBetween(networkOf(`nodes: [4]\nnetwork: ${network}\n`), 'all', 'all');
}

describe('the links of a plan', () => {
  it.each([
    ['ideal', plain],
    ['lan', { ...plain, delay: uniform(0.5, 2.5), loss: { kind: 'independent', ratio: 0.0001 } }],
    [
      'wan',
      {
        ...plain,
        delay: uniform(25, 50),
        loss: { kind: 'independent', ratio: 0.001 },
        queuePackets: 6250,
      },
    ],
    [
      'intercontinental',
      {
        ...plain,
        delay: uniform(75, 150),
        loss: { kind: 'independent', ratio: 0.005 },
        queuePackets: 18_750,
      },
    ],
    [
      'poor',
      {
        ...plain,
        delay: uniform(100, 250),
        loss: { kind: 'independent', ratio: 0.02 },
        queuePackets: 31_250,
      },
    ],
  ])('of %s give each direction half of the round trip', (name, shape) => {
    expect(shapeOf(name)).toEqual(shape);
  });

  it('take a profile of the file key by key', () => {
    const shape = shapeOf(
      '{profile: {rtt: 80ms, jitter: 10ms, distribution: pareto, correlation: 25%, loss: {burst: {enter: 1%, leave: 30%, bad: 50%, good: 0.1%}}, duplicate: 0.1%, corrupt: 0.01%, reorder: true, queue: 77}}',
    );
    expect(shape).toEqual({
      delay: {
        distribution: 'pareto',
        meanMs: 40,
        jitterMs: expect.closeTo(10 / Math.SQRT2, 5),
        correlationRatio: 0.25,
      },
      loss: {
        kind: 'gilbert-elliott',
        enterBadRatio: 0.01,
        leaveBadRatio: 0.3,
        badLossRatio: 0.5,
        goodLossRatio: 0.001,
      },
      duplicateRatio: 0.001,
      corruptRatio: 0.0001,
      reorders: true,
      rateBitsPerSec: null,
      queuePackets: 77,
    });
  });

  it.each([
    ['{profile: {rtt: 80ms, jitter: 10ms, distribution: uniform}}', uniform(35, 45)],
    ['{profile: {like: wan, rtt: 30ms}}', { ...plain.delay, meanMs: 15 }],
    ['{profile: {like: wan, loss: 5%}}', uniform(25, 50)],
    ['0.5-1s', uniform(250, 500)],
    ['{profile: 2ms}', { ...plain.delay, meanMs: 1 }],
  ])('of %s are delayed as it says', (network, delay) => {
    expect(shapeOf(network).delay).toEqual(delay);
  });

  it('size queues from rate x delay, within bounds', () => {
    const queue = (profile: string): number => shapeOf(`{profile: {${profile}}}`).queuePackets;
    expect(queue('rtt: 200ms, rate: 1Gbit')).toBe(12_500);
    expect(queue('rtt: 200ms, rate: 10Mbit')).toBe(1000);
    expect(queue('rtt: 2s, rate: 10Gbit')).toBe(100_000);
    expect(queue('rtt: 200ms')).toBe(12_500);
  });

  it('have the rate of a network as the access link of its nodes', () => {
    const yaml = 'nodes: [4]\nnetwork: {profile: {rtt: 10ms, rate: {up: 1Mbit, down: 5Mbit}}}\n';
    const network = networkOf(yaml);
    expect(network.regions).toMatchObject([{ upBitsPerSec: 1e6, downBitsPerSec: 5e6 }]);
    expect(shapeBetween(network, 'all', 'all').rateBitsPerSec).toBeNull();
  });

  it('read a matrix direction by direction', () => {
    const network = networkOf(
      `nodes: [6]
network:
  regions: [eu, us, asia]
  matrix: {eu: {us: 80ms, asia: 180-220ms}, us: {eu: 120ms, asia: {rtt: 150ms, rate: 1Mbit}}, asia: {asia: 4ms}}
  between: {loss: 1%}
  within: 2ms
`,
    );
    const mean = (from: string, to: string) => shapeBetween(network, from, to).delay.meanMs;
    expect([mean('eu', 'us'), mean('us', 'eu')]).toEqual([40, 60]);
    expect([mean('eu', 'asia'), mean('asia', 'eu')]).toEqual([100, 100]);
    expect(shapeBetween(network, 'asia', 'us')).toMatchObject({
      rateBitsPerSec: 1e6,
      loss: { kind: 'independent', ratio: 0.01 },
    });
    expect([mean('eu', 'eu'), mean('asia', 'asia')]).toEqual([1, 2]);
    expect(shapeBetween(network, 'eu', 'eu').loss).toEqual({ kind: 'none' });
  });

  it('have no link inside a region of one node', () => {
    const { initial } = networkOf('nodes: [3]\nnetwork: {regions: {a: 1, b: 2}, between: wan}\n');
    expect(initial.links.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
  });

  it('spread by the jitter of between where a matrix only gives round trips', () => {
    const network = networkOf(
      'nodes: [4]\nnetwork: {regions: [eu, us], matrix: {eu: {us: 80ms}}, between: {jitter: 8ms}}\n',
    );
    expect(shapeBetween(network, 'eu', 'us').delay).toMatchObject({
      distribution: 'normal',
      meanMs: 40,
      jitterMs: expect.closeTo(8 / Math.SQRT2, 5),
    });
  });
});

describe('a group', () => {
  const network = networkOf(
    `nodes: [8]
network:
  regions: {eu: 4, us: 4}
  matrix: {eu: {us: 80ms}}
  within: ideal
  groups:
    edge: {nodes: 2, region: eu, profile: {rtt: 60-140ms, loss: 10%, rate: {up: 1Mbit, down: 9Mbit}}, resources: minimal}
`,
  );

  it('is a region of its own with its rates', () => {
    expect(network.regions.map(({ name, nodes }) => [name, nodes])).toEqual([
      ['eu', [0, 1]],
      ['eu/edge', [2, 3]],
      ['us', [4, 5, 6, 7]],
    ]);
    expect(network.regions[1]).toMatchObject({ upBitsPerSec: 1e6, downBitsPerSec: 9e6 });
    expect(network.regions[2]).toMatchObject({ upBitsPerSec: null, downBitsPerSec: null });
  });

  it('adds a quarter of its round trip to each direction that crosses its link', () => {
    expect(shapeBetween(network, 'eu/edge', 'us').delay).toEqual(uniform(55, 75));
    expect(shapeBetween(network, 'us', 'eu/edge').delay).toEqual(uniform(55, 75));
    expect(shapeBetween(network, 'eu', 'us').delay).toEqual({ ...plain.delay, meanMs: 40 });
    // Two of the group on an otherwise ideal network see the round trip of its profile.
    expect(shapeBetween(network, 'eu/edge', 'eu/edge').delay).toEqual(uniform(30, 70));
  });

  it('compounds losses', () => {
    expect(shapeBetween(network, 'us', 'eu/edge').loss).toEqual({
      kind: 'independent',
      ratio: 0.1,
    });
    const own = shapeBetween(network, 'eu/edge', 'eu/edge').loss;
    expect(own).toEqual({ kind: 'independent', ratio: 0.19 });
  });
});

describe('planNetwork', () => {
  it('needs no shaper for an ideal network, and one for anything else', () => {
    const needs = (yaml: string) => needsShaping(scenarioOf(`nodes: [4]\n${yaml}\n`));
    expect(needs('')).toBe(false);
    expect(needs('network: {regions: [a, b], between: ideal, within: ideal}')).toBe(false);
    for (const profile of ['1ms', '{loss: 1%}', '{rate: 1Mbit}', '{queue: 5}', '{corrupt: 1%}']) {
      expect(needs(`network: {profile: ${profile}}`)).toBe(true);
    }
    expect(needs('timeline: [{at: 1s, profile: wan}]')).toBe(true);
    expect(needs('network: {groups: {edge: {nodes: 1, profile: lan}}}')).toBe(true);
    expect(needs('network: {groups: {edge: {nodes: 1, resources: light}}}')).toBe(false);
  });

  it('lays out any network without gaps and overlaps, and always the same way', () => {
    const rtt = fc.integer({ min: 0, max: 500 });
    const request = fc.record({
      counts: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 }),
      between: fc.tuple(rtt, rtt),
      seed: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(request, ({ counts, between: [one, other], seed }) => {
        const total = counts.reduce((sum, count) => sum + count, 0);
        const regions = counts.map((count, index) => `r${index}: ${count}`).join(', ');
        const range = `${Math.min(one, other)}-${Math.max(one, other)}ms`;
        const yaml = `nodes: [${total}]\nseed: ${seed}\nnetwork: {regions: {${regions}}, between: ${range}}\n`;
        const scenario = scenarioOf(yaml);
        const network = planNetwork(scenario, total, 'netem');
        expect(network.regions.flatMap(({ nodes }) => nodes)).toEqual([...network.regionOf.keys()]);
        for (const { index, nodes, block } of network.regions) {
          for (const node of nodes) {
            expect(network.regionOf[node]).toBe(index);
            const offset = network.addressing.offsets[node] ?? -1;
            expect(offset - (offset % 2 ** (32 - block.prefix))).toBe(block.offset);
          }
        }
        const many = counts.filter((count) => count > 1).length;
        expect(network.initial.links).toHaveLength(counts.length * (counts.length - 1) + many);
        const plan = () => canonicalJson(createPlan(scenarioOf(yaml), 'docker', 'netem'));
        expect(plan()).toBe(plan());
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});
