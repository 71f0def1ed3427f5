import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CellNetwork, Cut, NetworkState } from '../../../../controller/src/model/network.ts';
import {
  compileNodeProgram,
  compileTransition,
  type NodeProgram,
} from '../../../../controller/src/plan/netem/compile-node-program.ts';
import { formatAddress } from '../../../../controller/src/plan/netem/cover-addresses.ts';
import { formatPercent } from '../../../../controller/src/plan/netem/format-netem.ts';
import { cutClass } from '../../../../controller/src/plan/netem/tree.ts';
import { expectGolden } from '../../../fixtures/golden.ts';
import { classify, execute } from './classify.ts';
import { delayed, linksOf, networkOf, withStates } from './networks.ts';

const base = 0x0a_4d_03_00; // 10.77.3.0

function textOf(program: NodeProgram): string {
  return Object.entries(program)
    .map(([name, lines]) => `${name}:\n${lines.map((line: string) => `  ${line}\n`).join('')}`)
    .join('');
}

function addressOf(network: CellNetwork, node: number): string {
  return formatAddress(base + (network.addressing.offsets[node] ?? Number.NaN));
}

/** Every link has a delay of its own, so that no two can be mistaken for each other. */
const distinct = (from: number, to: number) => delayed(1 + from + 10 * to, 0.5);

const cutsOf = (nodeCount: number): fc.Arbitrary<Cut[]> => {
  const nodes = fc.uniqueArray(fc.nat({ max: nodeCount - 1 }), { minLength: 1 });
  return fc.array(fc.record({ from: nodes, to: nodes }), { maxLength: 3 });
};

const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });

/** A network whose initial state and two changes have cuts of their own. */
const cutNetwork = sizes.chain((each) => {
  const count = each.reduce((sum, size) => sum + size, 0);
  return fc.tuple(cutsOf(count), cutsOf(count), cutsOf(count)).map((cuts) => {
    const plain = networkOf({ sizes: each, shapeOf: distinct, cuts: cuts[0] });
    const [second, third] = cuts.slice(1).map((one, at): NetworkState => {
      const links = linksOf(each.length, (from, to) =>
        from === 0 ? delayed(100 + at + to) : distinct(from, to),
      );
      return { links, cuts: one };
    });
    return withStates(
      plain,
      [second, third].flatMap((state) => state ?? []),
    );
  });
});

function expectTreated(
  network: CellNetwork,
  state: NetworkState,
  node: number,
  lines: readonly string[],
): void {
  const from = network.regionOf[node];
  for (const [other, to] of network.regionOf.entries()) {
    if (other === node) continue;
    const found = classify(lines, addressOf(network, other));
    const isCut = state.cuts.some((cut) => cut.from.includes(node) && cut.to.includes(other));
    const shape = state.links.find((link) => link.from === from && link.to === to)?.shape;
    expect(found.matches).toBe(1);
    expect(found.netem).toContain(
      isCut ? 'loss random 100%' : `delay ${(shape?.delay.meanMs ?? Number.NaN) * 1000}us `,
    );
  }
  // Neither the gateway nor an address outside of every region is anybody's.
  expect(classify(lines, formatAddress(base + 1)).flow).toBeNull();
  expect(classify(lines, formatAddress(base + 254)).flow).toBeNull();
  // What is for many passes no link, and so may not pass at all.
  for (const address of [
    '224.0.0.251',
    '239.1.2.3',
    '255.255.255.255',
    formatAddress(base + 255),
  ]) {
    expect(classify(lines, address).flow).toBe(cutClass);
  }
}

describe('compileNodeProgram', () => {
  it('gives each destination the one class of its region, and cuts what is cut', () => {
    fc.assert(
      fc.property(cutNetwork, (network) => {
        for (const node of network.regionOf.keys()) {
          const { egress } = compileNodeProgram(network, network.initial, node, base);
          expectTreated(network, network.initial, node, egress);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('writes the golden program of a network with one profile', () => {
    const network = networkOf({ sizes: [4], shapeOf: () => delayed(37.5, 12.5) });
    expectGolden(
      'netem/one-profile.txt',
      textOf(compileNodeProgram(network, network.initial, 0, base)),
    );
  });

  it('writes the golden program of three regions with rates up and down', () => {
    const network = networkOf({
      sizes: [2, 2, 1],
      shapeOf: (from, to) =>
        delayed(from === to ? 0 : 20 + 10 * to, 0, to === 2 ? { rateBitsPerSec: 8e6 } : {}),
      upBitsPerSec: 20e6,
      downBitsPerSec: 100e6,
    });
    expectGolden('netem/rates.txt', textOf(compileNodeProgram(network, network.initial, 2, base)));
  });

  it('writes the golden program of links that lose, corrupt, duplicate and reorder', () => {
    const network = networkOf({
      sizes: [1, 1, 1, 1],
      shapeOf: (_, to) =>
        [
          delayed(0),
          delayed(10, 2, {
            loss: {
              kind: 'gilbert-elliott',
              enterBadRatio: 0.01,
              leaveBadRatio: 0.25,
              badLossRatio: 0.5,
              goodLossRatio: 0.001,
            },
          }),
          delayed(50, 20, { reorders: true, loss: { kind: 'independent', ratio: 0.0001 } }),
          delayed(30, 5, {
            delay: { distribution: 'pareto', meanMs: 30, jitterMs: 5, correlationRatio: 0.25 },
            duplicateRatio: 0.02,
            corruptRatio: 1e-6,
          }),
        ][to] ?? delayed(0),
    });
    expectGolden(
      'netem/impairments.txt',
      textOf(compileNodeProgram(network, network.initial, 0, base)),
    );
  });

  it('asks for single packets where any state of the network needs them', () => {
    const plain = networkOf({ sizes: [1, 1], shapeOf: () => delayed(5) });
    const lossy = {
      ...plain.initial,
      links: linksOf(2, (from) =>
        delayed(5, 0, from === 0 ? { loss: { kind: 'independent', ratio: 0.01 } } : {}),
      ),
    };
    const links = (network: CellNetwork, node: number) =>
      compileNodeProgram(network, network.initial, node, base).links;
    expect(links(plain, 0)).toEqual([]);
    expect(links(withStates(plain, [lossy]), 0)).toEqual(['link set dev DEV gso_max_segs 1']);
    expect(links(withStates(plain, [lossy]), 1)).toEqual([]);
  });

  it('refuses a block that is not aligned in the subnet', () => {
    const network = networkOf({ sizes: [1], shapeOf: () => delayed(5) });
    expect(() => compileNodeProgram(network, network.initial, 0, base + 8)).toThrow('is aligned');
  });
});

describe('compileTransition', () => {
  it('leads from every state to every other as if it had been compiled anew', () => {
    fc.assert(
      fc.property(cutNetwork, (network) => {
        const states = [network.initial, ...network.changes.map(({ state }) => state)];
        for (const node of network.regionOf.keys()) {
          let lines = compileNodeProgram(network, network.initial, node, base).egress;
          let from = network.initial;
          for (const to of [...states, ...states.toReversed()]) {
            lines = execute(lines, compileTransition(network, { from, to }, node, base));
            expectTreated(network, to, node, lines);
            from = to;
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('writes the golden commands of a partition, its heal and a change of profile', () => {
    const plain = networkOf({ sizes: [2, 2, 3], shapeOf: distinct });
    const partition = { ...plain.initial, cuts: [{ from: [0, 1], to: [2, 3, 4] }] };
    const profile = {
      cuts: [],
      links: linksOf(3, (from, to) => (to === 1 ? delayed(90, 30) : distinct(from, to))),
    };
    const network = withStates(plain, [partition, profile]);
    const steps = [
      ['partition', plain.initial, partition],
      ['heal', partition, plain.initial],
      ['profile', plain.initial, profile],
    ] as const;
    const text = steps.map(
      ([name, from, to]) =>
        `${name}:\n${compileTransition(network, { from, to }, 0, base)
          .map((line) => `  ${line}\n`)
          .join('')}`,
    );
    expectGolden('netem/transitions.txt', text.join(''));
  });

  it('gives a link that reorders its rate by its class, because netem with a rate keeps order', () => {
    const fast = delayed(5, 3, { reorders: true, rateBitsPerSec: 4e6 });
    const plain = networkOf({ sizes: [1, 1], shapeOf: () => fast });
    const slow = { ...plain.initial, links: linksOf(2, () => ({ ...fast, rateBitsPerSec: 2e6 })) };
    const network = withStates(plain, [slow]);
    const { egress } = compileNodeProgram(network, plain.initial, 0, base);
    expect(egress.find((line) => line.includes('classid 7e57:11'))).toContain('rate 4000000bit');
    expect(egress.find((line) => line.includes('handle 11:'))).toContain('rate 0bit');
    expect(compileTransition(network, { from: plain.initial, to: slow }, 0, base)).toEqual([
      'class change dev DEV parent 7e57:1 classid 7e57:10 htb rate 2000000bit ceil 2000000bit burst 3028 cburst 3028 quantum 1514',
      'class change dev DEV parent 7e57:1 classid 7e57:11 htb rate 2000000bit ceil 2000000bit burst 3028 cburst 3028 quantum 1514',
    ]);
  });

  it('needs no command where nothing changes for the node', () => {
    const plain = networkOf({ sizes: [1, 1], shapeOf: distinct });
    const cut = { ...plain.initial, cuts: [{ from: [0], to: [1] }] };
    const network = withStates(plain, [cut]);
    expect(compileTransition(network, { from: plain.initial, to: cut }, 1, base)).toEqual([]);
  });

  it('adds cuts before it takes others away, so that nothing slips through between', () => {
    const plain = networkOf({ sizes: [1, 4], shapeOf: distinct });
    const [some, all] = [[1], [1, 2, 3, 4]].map((to) => ({
      ...plain.initial,
      cuts: [{ from: [0], to }],
    }));
    if (some === undefined || all === undefined) throw new Error('unreachable');
    const network = withStates(plain, [some, all]);
    const commands = compileTransition(network, { from: some, to: all }, 0, base);
    expect(commands.map((line) => line.slice(0, 10))).toEqual(['filter add', 'filter del']);
  });

  it('changes duplication at the device that duplicates, which is there in every state', () => {
    const plain = networkOf({ sizes: [1, 1], shapeOf: distinct });
    const doubling = {
      ...plain.initial,
      links: linksOf(2, (from, to) => ({
        ...distinct(from, to),
        duplicateRatio: from === 0 && to === 1 ? 0.1 : 0,
      })),
    };
    const network = withStates(plain, [doubling]);
    expect(compileNodeProgram(network, plain.initial, 0, base).egress).toContain(
      'qdisc add dev tb-dup-11 root handle 7e57: netem limit 1000 duplicate 0%',
    );
    expect(compileTransition(network, { from: plain.initial, to: doubling }, 0, base)).toEqual([
      'qdisc change dev tb-dup-11 root handle 7e57: netem limit 1000 duplicate 10%',
    ]);
  });

  it('keeps order when a delay goes away, because slower packets are still under way', () => {
    const plain = networkOf({ sizes: [1, 1], shapeOf: distinct });
    const ideal = { ...plain.initial, links: linksOf(2, () => delayed(0)) };
    const network = withStates(plain, [ideal]);
    const [change] = compileTransition(network, { from: plain.initial, to: ideal }, 0, base);
    expect(change).toContain('delay 0us 0us 0% loss random 0% corrupt 0% rate 100gbit');
    expect(compileNodeProgram(network, ideal, 0, base).egress.join('\n')).toContain('rate 0bit');
  });

  it('refuses a state that is none of the network', () => {
    const network = networkOf({ sizes: [1, 1], shapeOf: distinct });
    const other = { ...network.initial, cuts: [{ from: [0], to: [1] }] };
    expect(() => compileNodeProgram(network, other, 0, base)).toThrow('a state of this network');
  });
});

describe('formatPercent', () => {
  it.each([
    [0, '0%'],
    [1, '100%'],
    [0.001, '0.1%'],
    [0.1 + 0.2, '30%'],
    [1e-9, '0.0000001%'],
    [0.123456789, '12.3456789%'],
  ])('writes %p as %p', (ratio, text) => {
    expect(formatPercent(ratio)).toBe(text);
  });
});
