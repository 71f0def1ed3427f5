import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type {
  GroupSpec,
  NodeShare,
  RegionSpec,
} from '../../../controller/src/model/network-spec.ts';
import { assignNodes } from '../../../controller/src/plan/assign-nodes.ts';
import { networkOf, scenarioOf } from './networks-of.ts';

const names = ['eu', 'us', 'asia', 'africa', 'oceania'];

function share(text: string): NodeShare {
  if (text === 'rest') return { kind: 'rest' };
  if (text.endsWith('%')) return { kind: 'share', ratio: Number(text.slice(0, -1)) / 100 };
  return { kind: 'count', count: Number(text) };
}

function regionsOf(shares: string): RegionSpec[] {
  return shares
    .split(' ')
    .map((text, index) => ({ name: names[index] ?? `r${index}`, share: share(text) }));
}

function counts(shares: string, nodeCount: number, groups: readonly GroupSpec[] = []) {
  const assignment = assignNodes({ regions: regionsOf(shares), groups }, nodeCount);
  return assignment.kind === 'refused'
    ? assignment.why
    : assignment.neighbourhoods.map(({ nodes }) => nodes.length);
}

function groupOf(name: string, nodes: string, region = 'eu'): GroupSpec {
  const { network, resources } = scenarioOf('nodes: [4]\n');
  const [link] = network.links;
  if (link === undefined) throw new Error('a network has a link');
  return { name, region, share: share(nodes), access: link.profile, resources };
}

describe('assignNodes', () => {
  it.each([
    ['40% 3 rest', 10, [4, 3, 3]],
    ['40% 3 rest', 7, [3, 3, 1]],
    ['50% 50%', 7, [4, 3]],
    ['33.3% 33.3% 33.4%', 10, [3, 3, 4]],
    ['20% 20% 20% 20% 20%', 7, [2, 2, 1, 1, 1]],
    ['1 rest', 4, [1, 3]],
    ['2 2', 4, [2, 2]],
    ['10% 90%', 16, [2, 14]],
    ['30% 30% rest', 5, [2, 1, 2]],
    ['33% 33% 34%', 4, [1, 1, 2]],
    ['33.3% 33.3% 33.3%', 1000, [334, 333, 333]],
    ['33% 33% 33%', 300, [100, 100, 100]],
    ['34% 34% 33%', 101, [34, 34, 33]],
  ])('divides %p among %d nodes as %p', (shares, nodeCount, expected) => {
    expect(counts(shares, nodeCount)).toEqual(expected);
  });

  it.each([
    ['40% 3 rest', 3, 'with 3 nodes, the regions ask for 4.2'],
    ['2 2', 5, 'with 5 nodes, the regions take 4, and no region takes the rest'],
    ['2 3', 4, 'with 4 nodes, the regions ask for 5'],
    ['50% 20%', 10, 'the shares of the regions add up to 70 %'],
    ['60% 60%', 10, 'the shares of the regions add up to 120 %'],
    ['60% 60%', 4, 'the shares of the regions add up to 120 %'],
    ['30% 30% 30%', 4, 'the shares of the regions add up to 90 %'],
    ['60% 60% rest', 3, 'the shares of the regions add up to 120 %'],
    ['98.9%', 1, 'the shares of the regions add up to 98.9 %'],
    ['20% 20% 20% 20% 20%', 4, 'with 4 nodes, the region oceania gets none'],
    ['100% rest', 4, 'with 4 nodes, the region us gets none'],
    ['1 1', 1, 'with 1 node, the regions ask for 2'],
  ])('says why %p cannot divide %d nodes', (shares, nodeCount, why) => {
    expect(counts(shares, nodeCount)).toBe(why);
  });

  it('puts the groups of a region behind its other nodes', () => {
    const groups = [groupOf('edge', '30%'), groupOf('phones', '1')];
    const assignment = assignNodes({ regions: regionsOf('rest 2'), groups }, 10);
    expect(assignment).toMatchObject({
      neighbourhoods: [
        { name: 'eu', nodes: [0, 1, 2, 3, 4] },
        { name: 'eu/edge', nodes: [5, 6] },
        { name: 'eu/phones', nodes: [7] },
        { name: 'us', nodes: [8, 9] },
      ],
    });
  });

  it('lets groups take a whole region', () => {
    expect(counts('rest', 4, [groupOf('a', '1'), groupOf('b', 'rest')])).toEqual([1, 3]);
  });

  it.each([
    ['ask for more', [groupOf('edge', '5')], 'the groups of eu (edge) ask for 5'],
    ['come to nothing', [groupOf('edge', '5%')], 'the group eu/edge gets none'],
  ])('refuses groups that %s', (_title, groups, why) => {
    expect(counts('rest', 4, groups)).toBe(`with 4 nodes, ${why}`);
  });

  it('gives every node one region, whatever the shares', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 200 }), (parts, nodeCount) => {
        const sum = parts.reduce((total, part) => total + part, 0);
        const regions = parts.map((part, index) => ({
          name: `r${index}`,
          share: { kind: 'share' as const, ratio: part / sum },
        }));
        const assignment = assignNodes({ regions, groups: [] }, nodeCount);
        if (assignment.kind === 'refused') {
          // The only reason there can be: somebody's share is less than a node.
          return (
            assignment.why.endsWith('gets none') && parts.some((part) => part * nodeCount < sum)
          );
        }
        const nodes = assignment.neighbourhoods.flatMap((one) => one.nodes);
        const exact = assignment.neighbourhoods.every(
          (one, index) => Math.abs(one.nodes.length - ((parts[index] ?? 0) / sum) * nodeCount) < 1,
        );
        return exact && nodes.join() === Array.from({ length: nodeCount }, (_, i) => i).join();
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('regions of a plan', () => {
  it('are alike if they are only listed', () => {
    const { regions, regionOf } = networkOf(
      'nodes: [7]\nnetwork: {regions: [a, b, c], between: 50ms}\n',
    );
    expect(regions.map(({ nodes }) => nodes)).toEqual([
      [0, 1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(regionOf).toEqual([0, 0, 0, 1, 1, 2, 2]);
  });

  it('are those of the matrix if none are listed', () => {
    const { regions } = networkOf('nodes: [12]\nnetwork: {matrix: cloud}\n');
    expect(regions.map(({ name }) => name)).toContain('frankfurt');
    expect(regions).toHaveLength(12);
  });
});
