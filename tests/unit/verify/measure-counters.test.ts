import { describe, expect, it } from '@jest/globals';
import { createPrng } from '../../../controller/src/lib/prng.ts';
import type { NetworkState } from '../../../controller/src/model/network.ts';
import type { LinkCounters } from '../../../controller/src/shape/shaper.ts';
import { measureGrowth } from '../../../controller/src/verify/measure-counters.ts';
import { lossy, networkOf, shape, stateOf } from '../shape/networks.ts';

const clean = stateOf(2, () => shape());
const lossyState = stateOf(2, () => ({ ...shape(), ...lossy(0.01) }));

function reading(packets: number, dropped: number, rest: Partial<LinkCounters> = {}): LinkCounters {
  return { nodeIndex: 0, toRegion: 1, packets, bytes: packets * 100, dropped, ...rest };
}

function grow(
  state: NetworkState,
  before: readonly LinkCounters[],
  after: readonly LinkCounters[],
) {
  return measureGrowth({ network: networkOf([1, 1], state) }, state, { before, after });
}

describe('measureGrowth', () => {
  it('counts every drop as one of the queue where no loss is asked for', () => {
    expect(grow(clean, [reading(100, 1)], [reading(1_100, 4)])).toEqual([
      {
        nodeIndex: 0,
        toRegion: 'region-1',
        packets: 1_000,
        bytes: 100_000,
        dropped: 3,
        queueDropped: 3,
      },
    ]);
  });

  it('counts nothing that the loss asked for explains', () => {
    const [grown] = grow(lossyState, [reading(0, 0)], [reading(99_000, 1_050)]);
    expect(grown).toMatchObject({ dropped: 1_050, queueDropped: 0 });
  });

  it('counts what is beyond that', () => {
    const [grown] = grow(lossyState, [reading(0, 0)], [reading(99_000, 2_000)]);
    // 101,000 * 1 % = 1,010, deviation 31.6, at 99 %: 1,084.
    expect(grown?.queueDropped).toBeGreaterThan(900);
    expect(grown?.queueDropped).toBeLessThan(930);
  });

  it('is exceeded by chance in about 1 % of links, and rarely by more than a packet or two', () => {
    const seed = 7;
    const prng = createPrng(seed);
    const trials = 2_000;
    let exceeded = 0;
    for (let trial = 0; trial < trials; trial++) {
      let lost = 0;
      for (let packet = 0; packet < 2_000; packet++) if (prng.next() < 0.01) lost++;
      const [grown] = grow(lossyState, [], [reading(2_000 - lost, lost)]);
      if ((grown?.queueDropped ?? 0) > 0) exceeded++;
    }
    expect({ seed, ratio: exceeded / trials, fits: exceeded / trials <= 0.015 }).toMatchObject({
      fits: true,
    });
    expect(exceeded).toBeGreaterThan(0);
  });

  it('allows for the loss of changes that were planned', () => {
    const network = {
      ...networkOf([1, 1], clean),
      changes: [
        { index: 0, atMs: 1, kind: 'degrade' as const, text: '', state: lossyState, nodes: [0] },
      ],
    };
    const [grown] = measureGrowth({ network }, clean, {
      before: [reading(0, 0)],
      after: [reading(99_000, 1_000)],
    });
    expect(grown?.queueDropped).toBe(0);
  });

  it('has queue drops by chance in 1 % of large networks, not in 1 % of their links', () => {
    const count = 200;
    const prng = createPrng(3);
    const size = Array.from({ length: count }, () => 1);
    const network = networkOf(
      size,
      stateOf(count, () => ({ ...shape(), ...lossy(0.01) })),
    );
    const trials = 100;
    let failed = 0;
    for (let trial = 0; trial < trials; trial++) {
      const after = Array.from({ length: count }, (_, nodeIndex) => {
        let lost = 0;
        for (let packet = 0; packet < 1_000; packet++) if (prng.next() < 0.01) lost++;
        return reading(1_000 - lost, lost, { nodeIndex, toRegion: (nodeIndex + 1) % count });
      });
      const grown = measureGrowth({ network }, network.initial, { before: [], after });
      if (grown.some(({ queueDropped }) => queueDropped > 0)) failed++;
    }
    expect(failed).toBeLessThanOrEqual(4);
  });

  it('counts every drop on the way down, where no loss is asked for', () => {
    const down = { ...reading(100, 3), toRegion: 'down' as const };
    const network = networkOf([1, 1], lossyState);
    const [grown] = measureGrowth({ network }, lossyState, { before: [], after: [down] });
    expect(grown).toMatchObject({ toRegion: '(down)', dropped: 3, queueDropped: 3 });
  });

  it('counts from nothing where a node is known to have begun anew, whatever it shows', () => {
    const network = networkOf([1, 1], clean);
    const readings = { before: [reading(5_000, 9)], after: [reading(7_000, 11)] };
    const [known] = measureGrowth({ network }, clean, readings, new Set([0]));
    expect(known).toMatchObject({ packets: 7_000, dropped: 11 });
    const [other] = measureGrowth({ network }, clean, readings, new Set([1]));
    expect(other).toMatchObject({ packets: 2_000, dropped: 2 });
  });

  it('takes what a counter shows where it began anew', () => {
    const [grown] = grow(clean, [reading(5_000, 9)], [reading(40, 2)]);
    expect(grown).toMatchObject({ packets: 40, dropped: 2 });
  });
});
