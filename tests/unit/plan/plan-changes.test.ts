import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CellNetwork, NetworkState } from '../../../controller/src/model/network.ts';
import { networkOf, shapeBetween } from './networks-of.ts';

const regions =
  'nodes: [6]\nnetwork: {regions: {eu: 2, us: 2, asia: 2}, between: 80ms, within: ideal}\nphases: {measure: 60s}\n';

function changed(changes: string): CellNetwork {
  return networkOf(`${regions}timeline: [${changes}]\n`);
}

function times({ changes }: CellNetwork): number[] {
  return changes.map(({ atMs }) => atMs);
}

/** Ordered pairs of nodes that cannot reach each other. */
function cutPairs({ cuts }: NetworkState): string[] {
  return cuts.flatMap(({ from, to }) => from.flatMap((a) => to.map((b) => `${a}>${b}`))).sort();
}

function stateAt({ changes }: CellNetwork, index: number): NetworkState {
  const change = changes[index];
  if (change === undefined) throw new Error(`There is no change ${index}`);
  return change.state;
}

describe('a partition', () => {
  it('cuts both ways between its sides and nowhere else', () => {
    const { changes } = changed('{at: 10s, partition: [[eu], [us, asia]]}');
    const [change] = changes;
    expect(change).toMatchObject({
      index: 0,
      atMs: 10_000,
      kind: 'partition',
      text: 'partition: eu | us, asia',
      nodes: [0, 1, 2, 3, 4, 5],
    });
    expect(change?.state.cuts).toEqual([
      { from: [0, 1], to: [2, 3, 4, 5] },
      { from: [2, 3, 4, 5], to: [0, 1] },
    ]);
  });

  it('leaves nodes on no side alone', () => {
    const { changes } = changed('{at: 1s, partition: [[0], [3, asia]]}');
    expect(changes[0]?.nodes).toEqual([0, 3, 4, 5]);
    expect(changes[0]?.text).toBe('partition: node 0 | node 3, asia');
  });

  it('of one way cuts from the first side only', () => {
    const network = changed('{at: 1s, partition: [[eu], [us], [asia]], one-way: true}');
    expect(stateAt(network, 0).cuts).toEqual([{ from: [0, 1], to: [2, 3, 4, 5] }]);
    expect(network.changes[0]?.nodes).toEqual([0, 1]);
  });

  it('of three sides cuts each from all others', () => {
    const pairs = cutPairs(stateAt(changed('{at: 1s, partition: [[eu], [us], [asia]]}'), 0));
    expect(pairs).toHaveLength(24);
    expect(pairs).not.toContain('0>1');
  });

  it('takes the place of the one before', () => {
    const network = changed(
      '{at: 1s, partition: [[eu], [us]]}, {at: 2s, partition: [[us], [asia]]}',
    );
    expect(stateAt(network, 1).cuts).toEqual([
      { from: [2, 3], to: [4, 5] },
      { from: [4, 5], to: [2, 3] },
    ]);
    expect(network.changes[1]?.nodes).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('is symmetric unless it is one-way, for any sides', () => {
    const side = fc.constantFrom('left', 'right', 'neither');
    fc.assert(
      fc.property(fc.array(side, { minLength: 6, maxLength: 6 }), (sides) => {
        const of = (wanted: string) => sides.flatMap((one, node) => (one === wanted ? [node] : []));
        const [left, right] = [of('left'), of('right')];
        fc.pre(left.length > 0 && right.length > 0);
        const network = changed(`{at: 1s, partition: [[${left}], [${right}]]}`);
        const pairs = cutPairs(stateAt(network, 0));
        const back = pairs.map((pair) => pair.split('>').reverse().join('>')).sort();
        return pairs.join() === back.join() && pairs.length === 2 * left.length * right.length;
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});

describe('a heal', () => {
  it('makes everything as it was at the start', () => {
    const network = changed(
      '{at: 1s, partition: [[eu], [us]]}, {at: 2s, degrade: {from: eu, to: us, add: {loss: 5%}}}, {at: 3s, profile: poor}, {at: 4s, heal: true}',
    );
    expect(stateAt(network, 3)).toEqual(network.initial);
    expect(stateAt(network, 2)).not.toEqual(network.initial);
  });
});

describe('a degraded link', () => {
  it('adds to what it has, in both directions', () => {
    const network = changed('{at: 1s, degrade: {from: eu, to: us, add: {rtt: 20ms, loss: 5%}}}');
    const state = stateAt(network, 0);
    for (const [from, to] of [
      ['eu', 'us'],
      ['us', 'eu'],
    ] as const) {
      const { delay, loss } = shapeBetween(network, from, to, state);
      expect(delay.meanMs).toBe(50);
      expect(loss).toEqual({ kind: 'independent', ratio: 0.05 });
    }
    expect(shapeBetween(network, 'eu', 'asia', state).delay.meanMs).toBe(40);
    expect(network.changes[0]).toMatchObject({
      nodes: [0, 1, 2, 3],
      text: 'degrade: eu - us add 20 ms, 5 % loss',
    });
  });

  it('of one way changes one direction, with half of the round trip', () => {
    const network = changed('{at: 1s, degrade: {from: eu, to: us, with: 300ms}, one-way: true}');
    const state = stateAt(network, 0);
    expect(shapeBetween(network, 'eu', 'us', state).delay.meanMs).toBe(150);
    expect(shapeBetween(network, 'us', 'eu', state).delay.meanMs).toBe(40);
    expect(network.changes[0]?.nodes).toEqual([0, 1]);
  });

  it('can get worse again', () => {
    const network = changed(
      '{at: 1s, degrade: {from: eu, to: us, add: 20ms}}, {at: 2s, degrade: {add: {rtt: 10ms, rate: 1Mbit}}}',
    );
    const { delay, rateBitsPerSec } = shapeBetween(network, 'eu', 'us', stateAt(network, 1));
    expect([delay.meanMs, rateBitsPerSec]).toEqual([55, 1e6]);
  });
});

describe('another profile', () => {
  it('holds for all links, with access links on top', () => {
    const network = networkOf(
      'nodes: [4]\nnetwork: {profile: wan, groups: {edge: {nodes: 2, profile: 40ms}}}\ntimeline: [{at: 5s, profile: 100ms}]\n',
    );
    const mean = (from: string, to: string) =>
      shapeBetween(network, from, to, stateAt(network, 0)).delay.meanMs;
    expect([mean('all', 'all'), mean('all', 'all/edge'), mean('all/edge', 'all/edge')]).toEqual([
      50, 60, 70,
    ]);
  });
});

describe('a flap', () => {
  it('is cut for half of each period, and whole in the end', () => {
    const network = changed('{at: 10s, flap: {link: [eu, us], every: 2s, for: 5s}}');
    expect(times(network)).toEqual([10_000, 11_000, 12_000, 13_000, 14_000, 15_000]);
    const isCut = network.changes.map(({ state }) => state.cuts.length > 0);
    expect(isCut).toEqual([true, false, true, false, true, false]);
    expect(network.changes.every(({ nodes }) => nodes.join() === '0,1,2,3')).toBe(true);
    expect(network.changes[0]?.text).toBe('flap: eu - us cut');
  });

  it('leaves other disturbances as they are', () => {
    const network = changed(
      '{at: 9s, partition: [[eu], [asia]]}, {at: 10s, flap: {link: [0, 2], every: 2s, for: 2s}, one-way: true}',
    );
    const [parted, cut, whole] = network.changes.map(({ state }) => cutPairs(state));
    expect(cut).toEqual([...(parted ?? []), '0>2'].sort());
    expect(whole).toEqual(parted);
  });
});

it('changes are in order of time, whatever their order in the file', () => {
  const network = changed('{at: 30s, heal: true}, {at: 10s, partition: [[eu], [us]]}');
  expect(times(network)).toEqual([10_000, 30_000]);
  expect(network.changes.map(({ index }) => index)).toEqual([0, 1]);
});
