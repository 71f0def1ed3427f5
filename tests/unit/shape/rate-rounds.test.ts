import { describe, expect, it } from '@jest/globals';
import { rateRounds, roundsMs, thinOut } from '../../../controller/src/shape/rate-rounds.ts';
import type { AccessLink } from '../../../controller/src/shape/shaper.ts';

const demand = (
  fromNode: number,
  toNode: number,
  rateBitsPerSec: number,
  shares: readonly AccessLink[] = [],
) => ({ fromNode, toNode, rateBitsPerSec, shares });

const up = (node: number, bitsPerSec: number): AccessLink => ({ name: `up${node}`, bitsPerSec });

const sizesOf = (probes: Parameters<typeof rateRounds>[0], bitsPerSecMax: number): number[] =>
  rateRounds(probes, bitsPerSecMax).map((round) => round.length);

describe('rateRounds', () => {
  it('measures links of one node at once where each has a rate of its own', () => {
    const probes = [demand(0, 1, 1e6), demand(0, 2, 1e6), demand(1, 0, 1e6), demand(2, 0, 1e6)];
    expect(sizesOf(probes, 1e9)).toEqual([4]);
  });

  it('asks no more of the host than it can carry, but one that is too much by itself', () => {
    const probes = [4e6, 4e6, 4e6, 20e6].map((rate, node) => demand(node, 9, rate));
    expect(sizesOf(probes, 10e6)).toEqual([2, 1, 1]);
  });

  it('fits what goes over one access link at a time into its rate', () => {
    const alone = [1, 2, 3].map((to) => demand(0, to, 5e6, [up(0, 5e6)]));
    expect(sizesOf(alone, 1e9)).toEqual([1, 1, 1]);
    const narrower = [1, 2, 3].map((to) => demand(0, to, 2e6, [up(0, 5e6)]));
    expect(sizesOf(narrower, 1e9)).toEqual([2, 1]);
  });

  it('takes longer where a shared link has to drain in between', () => {
    const free = [[demand(0, 1, 5e6)]];
    const shared = [[demand(0, 1, 5e6, [up(0, 5e6)])]];
    expect(roundsMs(shared, 'netem', 1_000)).toBeGreaterThan(roundsMs(free, 'netem', 1_000));
  });
});

describe('thinOut', () => {
  const probes = [
    { ...demand(0, 1, 5e6), boundBy: 'up0' },
    { ...demand(0, 2, 5e6), boundBy: 'up0' },
    { ...demand(0, 3, 2e6), boundBy: null },
    { ...demand(0, 4, 2e6), boundBy: null },
    { ...demand(1, 4, 5e6), boundBy: 'up1' },
    { ...demand(1, 5, 5e6), boundBy: 'up1' },
  ];
  const places = (max: number): number[] =>
    thinOut(probes, (chosen) => chosen.length <= max).map((one) => probes.indexOf(one));

  it.each([
    [6, [0, 1, 2, 3, 4, 5]],
    [5, [0, 1, 2, 3, 4]],
    [4, [0, 2, 3, 4]],
    [0, [0, 2, 3, 4]],
  ])(
    'with time for %i keeps the rates of links between regions, and one of each access link',
    (max, kept) => {
      expect(places(max)).toEqual(kept);
    },
  );
});
