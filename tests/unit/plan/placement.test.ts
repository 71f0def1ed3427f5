import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CellNetwork } from '../../../controller/src/model/network.ts';
import { placeOf } from '../../../controller/src/model/planned-node.ts';
import { createPlan } from '../../../controller/src/plan/create-plan.ts';
import { compileNodeProgram } from '../../../controller/src/plan/netem/compile-node-program.ts';
import { formatAddress } from '../../../controller/src/plan/netem/cover-addresses.ts';
import { translateShaping } from '../../../controller/src/shape/userspace/translate-shaping.ts';
import { classify } from './netem/classify.ts';
import { networkOf, scenarioOf } from './networks-of.ts';

const base = 0x0a_4d_00_00;

function placesOf({ regions, regionOf }: CellNetwork): string[] {
  return regionOf.map((index) => regions[index]?.name ?? '');
}

/** A matrix in which every pair has a round trip of its own, in both directions alike. */
function yamlOf(regionCount: number, nodeCount: number, placement: string): string {
  const rows = Array.from({ length: regionCount }, (_, a) => {
    const row = Array.from({ length: regionCount }, (_, b) => `r${b}: ${roundTrip(a, b)}ms`);
    return `r${a}: {${row.join(', ')}}`;
  });
  return `nodes: [${nodeCount}]\nnetwork: {matrix: {${rows.join(', ')}}}\nplacement: ${placement}\n`;
}

function roundTrip(a: number, b: number): number {
  return 20 + 2 * (10 * Math.min(a, b) + Math.max(a, b));
}

/** What both shapers do to packets from one node to another, one way. */
function delaysBetween(network: CellNetwork, from: number, to: number): (number | undefined)[] {
  const { egress } = compileNodeProgram(network, network.initial, from, base);
  const address = formatAddress(base + (network.addressing.offsets[to] ?? -1));
  const netem = /delay (\d+)us/.exec(classify(egress, address).netem ?? '')?.[1];
  const { links } = translateShaping(network, network.initial, from, 1);
  const userspace = links.find(({ peerIndex }) => peerIndex === to)?.delay.meanMs;
  return [netem === undefined ? undefined : Number(netem) / 1000, userspace];
}

describe('placement round-robin', () => {
  it('puts node i into region i mod k, whatever the size', () => {
    const counts = fc.tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 0, max: 8 }));
    fc.assert(
      fc.property(counts, ([regionCount, more]) => {
        const nodeCount = regionCount + more;
        const network = networkOf(yamlOf(regionCount, nodeCount, 'round-robin'));
        for (let a = 0; a < nodeCount; a++) {
          for (let b = 0; b < nodeCount; b++) {
            if (a === b) continue;
            const asked = roundTrip(a % regionCount, b % regionCount) / 2;
            expect(delaysBetween(network, a, b)).toEqual([asked, asked]);
          }
        }
      }),
      { seed: 1, numRuns: 12 },
    );
  });

  it('makes leaders that take turns alternate between two regions', () => {
    const places = placesOf(networkOf(yamlOf(2, 10, 'round-robin')));
    expect(places.filter((place, node) => place === places[(node + 1) % 10])).toEqual([]);
    const blocks = placesOf(networkOf(yamlOf(2, 10, 'blocks')));
    expect(blocks.filter((place, node) => place === blocks[(node + 1) % 10])).toHaveLength(8);
  });

  it('keeps the counts of the shares and passes over regions that are full', () => {
    const network = networkOf(
      'nodes: [8]\nnetwork: {regions: {a: 1, b: rest, c: 2}, between: 50ms}\nplacement: round-robin\n',
    );
    expect(placesOf(network).join(' ')).toBe('a b c b c b b b');
  });

  it('deals the nodes of a region over its groups', () => {
    const network = networkOf(
      'nodes: [10]\nnetwork: {regions: [a, b], between: 50ms, groups: {edge: {nodes: 2, profile: poor, region: a}}}\n' +
        'placement: round-robin\n',
    );
    expect(placesOf(network).join(' ')).toBe('a b a/edge b a b a/edge b a b');
  });
});

describe('placement as listed', () => {
  it('gives a size the first places of the list', () => {
    const scenario = scenarioOf(
      'nodes: [3, 5]\nnetwork: {regions: [a, b], between: 50ms}\nplacement: [b, a, b, b, a]\n',
    );
    const { cells } = createPlan(scenario, 'docker', 'netem');
    expect(cells.map(({ network }) => placesOf(network).join(' '))).toEqual(['b a b', 'b a b b a']);
    expect(cells[0]?.settings.network.placement).toMatchObject({ kind: 'list' });
  });

  it('places the nodes of groups, or leaves them to their share', () => {
    const yaml = (places: string): string =>
      'nodes: [5]\nnetwork: {regions: [a, b], between: 50ms, groups: {edge: {nodes: 1, profile: poor, region: a}}}\n' +
      `placement: [${places}]\n`;
    expect(placesOf(networkOf(yaml('a/edge, b, a, b, a'))).join(' ')).toBe('a/edge b a b a');
    expect(placesOf(networkOf(yaml('a, b, a, b, a'))).join(' ')).toBe('a b a b a/edge');
  });
});

describe('placement in a plan', () => {
  it('changes the hash, unless it is the one that holds anyway', () => {
    const hashOf = (placement: string): string => {
      const text = `nodes: [4]\nnetwork: {regions: [a, b], between: 50ms}\n${placement}`;
      return createPlan(scenarioOf(text), 'docker', 'netem').hash;
    };
    expect(hashOf('placement: blocks\n')).toBe(hashOf(''));
    expect(hashOf('placement: round-robin\n')).not.toBe(hashOf(''));
    expect(hashOf('placement: [a, b, a, b]\n')).not.toBe(hashOf('placement: round-robin\n'));
  });
});

describe('nodes of a cell', () => {
  it('say of each node what its network says of all', () => {
    const scenario = scenarioOf(
      'nodes: [9]\ntopology: ring\nplacement: round-robin\nnetwork: {regions: [a, b], between: 50ms, groups: {edge: {nodes: 2, region: b, profile: poor, resources: minimal}}}\n',
    );
    const [cell] = createPlan(scenario, 'docker', 'netem').cells;
    if (cell === undefined) throw new Error('a plan has a cell');
    const { nodes, network } = cell;
    expect(nodes.map(placeOf)).toEqual(placesOf(network));
    expect(nodes.map(({ dataOffset }) => dataOffset)).toEqual(network.addressing.offsets);
    expect(nodes.flatMap(({ index, peers }) => peers?.map((peer) => [index, peer]))).toEqual(
      nodes.flatMap(({ index }) =>
        [(index + 8) % 9, (index + 1) % 9].sort((a, b) => a - b).map((peer) => [index, peer]),
      ),
    );
    const limited = nodes.filter(({ group }) => group === 'edge');
    expect(limited).toHaveLength(2);
    expect(limited[0]?.resources).toMatchObject({ cpus: 1, memoryBytes: 512 * 1024 ** 2 });
    expect(nodes[0]?.resources).toMatchObject({ cpus: 1, memoryBytes: 256 * 1024 ** 2 });
  });

  it('have no list of peers where everybody is linked to everybody', () => {
    const { cells } = createPlan(scenarioOf('nodes: [4]\n'), 'docker', 'netem');
    expect(cells[0]?.nodes.map(({ peers }) => peers)).toEqual([null, null, null, null]);
  });
});
