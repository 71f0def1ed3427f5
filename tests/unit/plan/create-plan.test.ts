import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { createCellId } from '../../../controller/src/model/ids.ts';
import type { Plan } from '../../../controller/src/model/plan.ts';
import type { Scenario } from '../../../controller/src/model/scenario.ts';
import { canonicalJson } from '../../../controller/src/plan/canonical-json.ts';
import { createCell, createPlan, hashPlan } from '../../../controller/src/plan/create-plan.ts';
import { formatJson } from '../../../controller/src/report/format-json.ts';
import { expectGolden } from '../../fixtures/golden.ts';
import { printNetwork } from './print-network.ts';

// Every field is given, so that a changed default does not change the golden files.
const text = `name: golden
nodes: [4, 7, 10, 16]
repetitions: 3
seed: 42
runtime: docker
load: {rate: 500, arrivals: poisson, size: 128B}
resources: {cpus: 0.5, memory: 256MiB, pids: 256}
phases: {warmup: 5s, measure: 15s, drain: 10s, ready: 60s}
engine: {timeout: 1s, idle: 100ms, batch: {count: 400, bytes: 64KiB, age: 2ms}, mempool: 9000, forward: 3}
image: prsm-testbed-node
shaper: netem
network: {regions: {eu: 40%, us: 1, asia: rest}, matrix: {eu: {us: 80ms, asia: 180-220ms}, us: {eu: 90ms, asia: {rtt: 150ms, jitter: 10ms, rate: 100Mbit}}}, between: {loss: 0.1%}, within: {rtt: 1-2ms}, groups: {edge: {nodes: 50%, region: eu, profile: {rtt: 40ms, loss: {burst: {enter: 1%, leave: 30%}}, rate: {up: 5Mbit, down: 50Mbit}}, resources: {cpus: fair, memory: 128MiB}}}}
timeline: [{at: 2s, partition: [[eu], [us, asia]]}, {at: 5s, heal: true}, {at: 8s, degrade: {from: us, to: asia, add: {rtt: 20ms, loss: 1%}}}]
`;

function scenario(changes: Partial<Scenario> = {}): Scenario {
  return { ...parseScenario({ file: 'golden.yaml', text }), ...changes };
}

function plan(one: Scenario): Plan {
  return createPlan(one, 'docker', 'netem');
}

describe('createPlan', () => {
  it('gives the golden order and seeds, and the golden bytes, which its hash stands for', () => {
    const { order, hash } = plan(scenario());
    const lines = order.map((one) => `${one.block} ${one.cellId}/${one.repetition} ${one.seed}`);
    expectGolden('plan/order.txt', `block repetition seed\n${lines.join('\n')}\nhash ${hash}\n`);
  });

  it('has the golden shape', () => {
    const flat = text
      .replace(/^(network|timeline): .*$/gm, '')
      .replace('[4, 7, 10, 16]', '[4]')
      .concat('topology: ring\n');
    const { hash: _, ...body } = plan(parseScenario({ file: 'flat.yaml', text: flat }));
    expectGolden('plan/flat.json', `${formatJson(body)}\n`);
  });

  it('lays the golden network out', () => {
    const cell = plan(scenario()).cells.at(-1);
    if (cell === undefined) throw new Error('no cell');
    expectGolden('plan/network.txt', printNetwork(cell.network));
  });

  it('does not depend on the order in which the scenario was written', () => {
    const reversed = text.trim().split('\n').reverse().join('\n');
    const again = parseScenario({ file: 'other.yaml', text: `${reversed}\n` });
    expect(plan(again).hash).toBe(plan(scenario()).hash);
  });

  it('runs every cell once per block, in blocks one after the other', () => {
    const { order } = plan(scenario({ repetitions: 6 }));
    expect(order.map(({ block }) => block)).toEqual([...order.map(({ block }) => block)].sort());
    for (let block = 0; block < 6; block++) {
      const cells = order.filter((one) => one.block === block).map(({ cellId }) => cellId);
      expect(new Set(cells)).toEqual(new Set(['n4', 'n7', 'n10', 'n16']));
      expect(cells).toHaveLength(4);
    }
  });

  it('shuffles blocks differently, and differently again with another seed', () => {
    const ids = (seed: number) =>
      plan(scenario({ repetitions: 8, seed })).order.map(({ cellId }) => cellId);
    const blocks = Array.from({ length: 8 }, (_, i) =>
      ids(1)
        .slice(i * 4, i * 4 + 4)
        .join(),
    );
    expect(new Set(blocks).size).toBeGreaterThan(3);
    expect(ids(1)).not.toEqual(ids(2));
  });

  it('gives each repetition a seed of its own that no other size changes', () => {
    const all = plan(scenario()).order;
    const fewer = plan(scenario({ nodes: [7] })).order;
    const seedsOf7 = (order: typeof all) =>
      order.filter(({ cellId }) => cellId === 'n7').map(({ seed }) => seed);
    expect(new Set(all.map(({ seed }) => seed)).size).toBe(all.length);
    expect(seedsOf7(fewer)).toEqual(seedsOf7(all));
  });

  it('changes its hash with any field of the scenario', () => {
    const base = scenario();
    const variants: Scenario[] = [
      base,
      { ...base, seed: 43 },
      { ...base, repetitions: 4 },
      { ...base, load: { ...base.load, rateTxPerSec: 501 } },
      { ...base, resources: { ...base.resources, cpus: null } },
      { ...base, engine: { ...base.engine, batchTxMax: base.engine.batchTxMax + 1 } },
      { ...base, node: { leaders: [0, 3] } },
      { ...base, node: { leaders: [0, 2] } },
      { ...base, command: ['python3', 'mynode.py'] },
      { ...base, timeline: base.timeline.slice(0, 2) },
      { ...base, network: { ...base.network, upBitsPerSec: 1e6 } },
    ];
    const hashes = variants.map((one) => plan(one).hash);
    expect(new Set(hashes).size).toBe(variants.length);
  });

  it('hashes what it holds', () => {
    const { hash, ...body } = plan(scenario());
    expect(hashPlan(body)).toBe(hash);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('tells shapers apart by its hash', () => {
    const auto = scenario({ shaper: 'auto' });
    const [kernel, nodes] = [
      createPlan(auto, 'docker', 'netem'),
      createPlan(auto, 'docker', 'userspace'),
    ];
    expect(kernel.hash).not.toBe(nodes.hash);
    expect(kernel.cells.map(({ network }) => network)).toEqual(
      nodes.cells.map(({ network }) => network),
    );
  });

  it('refuses to plan for a runtime or shaper that was not asked for', () => {
    expect(() => createPlan(scenario(), 'process', 'netem')).toThrow('another runtime');
    expect(() => createPlan(scenario(), 'docker', 'userspace')).toThrow('another shaper');
    const auto = scenario({ shaper: 'auto' });
    expect(() => createPlan(auto, 'docker', 'none')).toThrow('nobody shapes');
  });
});

describe('createCell', () => {
  const small = parseScenario({ file: 'small.yaml', text: 'name: small\nnodes: [4]\n' });
  const cellOf = (nodeCount: number) =>
    createCell(createCellId(nodeCount), { coordinates: [], nodeCount, asked: small }, 'none');

  it.each([
    [1, 0, 1, 0],
    [3, 0, 2, 3],
    [4, 1, 3, 6],
    [6, 1, 4, 15],
    [7, 2, 5, 21],
    [10, 3, 7, 45],
    [16, 5, 11, 120],
  ])('of %d nodes tolerates %d faults with a quorum of %d', (n, faultyMax, quorum, connections) => {
    expect(cellOf(n)).toMatchObject({ faultyMax, quorum, connections });
  });

  it('makes any two quorums share a correct node, and keeps one reachable without the faulty', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (n) => {
        const { faultyMax, quorum } = cellOf(n);
        return 2 * quorum - n > faultyMax && quorum <= n - faultyMax;
      }),
      { seed: 1 },
    );
  });
});

describe('canonicalJson', () => {
  it('spells a value one way', () => {
    expect(canonicalJson({ b: [1, 'x', null], a: { d: 1e21, c: true } })).toBe(
      '{"a":{"c":true,"d":1e+21},"b":[1,"x",null]}',
    );
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [undefined], [() => 1]])(
    'refuses %p, which JSON would lose',
    (value) => {
      expect(() => canonicalJson({ value })).toThrow('canonical JSON');
    },
  );
});
