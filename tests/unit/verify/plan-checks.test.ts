import { describe, expect, it } from '@jest/globals';
import { regionsMax } from '../../../controller/src/config/network-schema.ts';
import type { LinkShape } from '../../../controller/src/model/network.ts';
import { rateRounds, roundsMs } from '../../../controller/src/shape/rate-rounds.ts';
import type { RoundTripProbe } from '../../../controller/src/shape/shaper.ts';
import type { ChecksPlan, ChecksRequest } from '../../../controller/src/verify/checks-plan.ts';
import { STREAM_MIN } from '../../../controller/src/verify/fit-time.ts';
import { levelOf, planChecks, tellsEnough } from '../../../controller/src/verify/plan-checks.ts';
import { lossy, networkOf, shape, stateOf, wan } from '../shape/networks.ts';

const bounds: ChecksRequest['bounds'] = {
  budgetMs: 10_000,
  packetsPerSecMax: 20_000,
  streamsMax: 100,
  bitsPerSecMax: 500e6,
};

function plan(
  sizes: readonly number[],
  state = stateOf(sizes.length, () => wan),
  rest: Partial<ChecksRequest> = {},
): ChecksPlan {
  const network = networkOf(sizes, state);
  return planChecks({ network, state, shaper: 'netem', seed: 1, nodes: null, bounds, ...rest });
}

const streamsOf = ({ pairs }: ChecksPlan) => pairs.flatMap(({ roundTrips }) => roundTrips);
const nodesIn = (checks: ChecksPlan): Set<number> =>
  new Set(
    checks.pairs
      .flatMap(({ roundTrips, extra }) => [...roundTrips, ...extra])
      .flatMap(({ fromNode, toNode }) => [fromNode, toNode]),
  );

describe('planChecks', () => {
  it('measures every pair of regions that has nodes to talk to each other', () => {
    const pairs = plan([2, 1, 3, 1]).pairs.map(({ from, to }) => `${from}${to}`);
    expect(pairs).toEqual(['00', '01', '02', '03', '12', '13', '22', '23']);
  });

  it('gives each pair of as many regions as there may be its median, within what a host carries', () => {
    const checks = plan(Array.from({ length: regionsMax }, () => 1));
    const streams = streamsOf(checks);
    expect(streams).toHaveLength((regionsMax * (regionsMax - 1)) / 2);
    expect(Math.min(...streams.map(({ count }) => count))).toBeGreaterThanOrEqual(STREAM_MIN);
    const packetsPerSec = streams.reduce((sum, { intervalMs }) => sum + 2000 / intervalMs, 0);
    expect(packetsPerSec).toBeLessThan(0.6 * bounds.packetsPerSecMax);
  });

  it('has nothing to measure where there is one node', () => {
    expect(plan([1]).pairs).toEqual([]);
  });

  it('is the same for the same seed and another for another', () => {
    expect(plan([10, 10])).toEqual(plan([10, 10]));
    expect(plan([10, 10], undefined, { seed: 2 })).not.toEqual(plan([10, 10]));
  });

  it('puts no two probes of one pair of regions through one queue', () => {
    for (const { roundTrips } of plan([7, 9, 4]).pairs) {
      const nodes = roundTrips.flatMap(({ fromNode, toNode }) => [fromNode, toNode]);
      expect(new Set(nodes).size).toBe(nodes.length);
    }
  });

  it.each([[[8]], [[9]], [[3]], [[2, 2, 2, 1, 1]], [[10, 10, 10, 10, 10]], [[1, 30]]])(
    'reaches every node of %j',
    (sizes) => {
      const nodeCount = sizes.reduce((sum, size) => sum + size, 0);
      expect(nodesIn(plan(sizes)).size).toBe(nodeCount);
    },
  );

  it('spaces probes wider than nine tenths of the jitter range, and never below 10 ms', () => {
    for (const { intervalMs } of streamsOf(plan([8])))
      expect(intervalMs).toBeGreaterThanOrEqual(22.5);
    for (const { intervalMs } of streamsOf(
      plan(
        [8],
        stateOf(1, () => shape()),
      ),
    )) {
      expect(intervalMs).toBeGreaterThanOrEqual(10);
    }
  });

  it('fills at most half of a short queue, and a quarter of a slow link', () => {
    const short = stateOf(1, () => shape({ meanMs: 100, queuePackets: 4 }));
    for (const { intervalMs } of streamsOf(plan([4], short))) {
      expect(100 / intervalMs).toBeLessThanOrEqual(2);
    }
    const slow = stateOf(1, () => ({ ...shape({ rateBitsPerSec: 64_000 }), ...lossy(0.01) }));
    const checks = plan([4], slow);
    const probes = checks.pairs.flatMap(({ roundTrips, bursts }) => [...roundTrips, ...bursts]);
    for (const { intervalMs } of probes) {
      expect((98 * 8 * 1000) / intervalMs).toBeLessThanOrEqual(16_001);
    }
  });

  it('ends in time, whatever is asked for', () => {
    const poor = { ...shape({ meanMs: 175, jitterMs: 75 }), ...lossy(0.02) };
    for (const sizes of [[4], [100], [2, 2, 2, 1, 1], Array.from({ length: 10 }, () => 100)]) {
      for (const one of [wan, poor]) {
        const { pairs } = plan(
          sizes,
          stateOf(sizes.length, () => one),
        );
        const longest = (probes: readonly { count: number; intervalMs: number }[]): number =>
          Math.max(0, ...probes.map(({ count, intervalMs }) => count * intervalMs));
        const main = longest(pairs.flatMap(({ roundTrips }) => roundTrips));
        const bursts = longest(pairs.flatMap((pair) => pair.bursts));
        expect(main + bursts).toBeLessThanOrEqual(6_000);
      }
    }
  });

  it('leaves room for last answers, uncovered nodes and rounds of rates', () => {
    const poor = { ...shape({ meanMs: 175, jitterMs: 75, rateBitsPerSec: 1e6 }), ...lossy(0.02) };
    for (const sizes of [[4], [9], [50], [2, 2, 2, 1, 1], [10, 10, 10, 10, 10]]) {
      const { pairs } = plan(
        sizes,
        stateOf(sizes.length, () => poor),
      );
      const takes = (probes: readonly RoundTripProbe[]): number =>
        Math.max(0, ...probes.map((one) => one.count * one.intervalMs + one.timeoutMs));
      const rates = pairs.flatMap((pair) => pair.rates);
      const durationMs = Math.max(...rates.map((one) => one.durationMs));
      const rounds = rateRounds(rates, bounds.bitsPerSecMax);
      const ratesMs = roundsMs(rounds, 'netem', durationMs);
      const sum =
        takes(pairs.flatMap(({ roundTrips }) => roundTrips)) +
        takes(pairs.flatMap(({ extra }) => extra)) +
        takes(pairs.flatMap(({ bursts }) => bursts)) +
        ratesMs;
      expect({ sizes, isInTime: sum <= 9_000, sum }).toMatchObject({ isInTime: true });
      expect(pairs.every(({ bursts }) => bursts.length > 0)).toBe(true);
    }
  });

  it('gives slow links the time that a few frames take', () => {
    const durations = [8_000, 10e6].map(
      (rateBitsPerSec) =>
        plan(
          [2],
          stateOf(1, () => shape({ rateBitsPerSec })),
          { bounds: { ...bounds, budgetMs: 1_500 } },
        ).pairs[0]?.rates[0]?.durationMs,
    );
    expect(durations[0]).toBeGreaterThanOrEqual(600);
    expect(durations[1]).toBeLessThan(600);
  });

  it('keeps to the streams and packets that a host can carry', () => {
    const sizes = Array.from({ length: 10 }, () => 100);
    const checks = plan(
      sizes,
      stateOf(10, () => ({ ...wan, ...lossy(0.001) })),
    );
    expect(streamsOf(checks).length).toBeLessThanOrEqual(100);
    const perSec = checks.pairs
      .flatMap(({ bursts }) => bursts)
      .reduce((sum, { intervalMs }) => sum + 2000 / intervalMs, 0);
    expect(perSec).toBeLessThanOrEqual(20_500);
    expect(checks.pairs.every(({ bursts }) => bursts.length > 0)).toBe(true);
  });

  it('counts losses over about 3,000 round trips, and fewer where more is asked for', () => {
    const burst = (ratio: number): number =>
      plan(
        [8],
        stateOf(1, () => ({ ...wan, ...lossy(ratio) })),
      )
        .pairs.flatMap(({ bursts }) => bursts)
        .reduce((sum, { count }) => sum + count, 0);
    expect(burst(0.001)).toBeGreaterThanOrEqual(3000);
    expect(burst(0.001)).toBeLessThan(3050);
    expect(burst(0.02)).toBeLessThan(700);
    expect(plan([8]).pairs[0]?.bursts).toEqual([]);
  });

  it('measures the rate of both directions, each once', () => {
    const state = stateOf(2, (from) => shape({ rateBitsPerSec: from === 0 ? 1e6 : null }));
    const { pairs } = plan([2, 2], state);
    const rates = pairs.flatMap((pair) => pair.rates);
    expect(rates.map(({ rateBitsPerSec }) => rateBitsPerSec)).toEqual([1e6, 1e6]);
    const region = (node: number | undefined): number => (Number(node) < 2 ? 0 : 1);
    expect(rates.map(({ fromNode }) => region(fromNode))).toEqual([0, 0]);
  });

  it('probes nodes that may talk, and one pair that may not', () => {
    const cuts = [{ from: [0, 1], to: [4, 5] }];
    const { pairs } = plan(
      [4, 4],
      stateOf(2, () => wan, cuts),
    );
    const across = pairs.find(({ from, to }) => from !== to);
    const isCut = (probe: { fromNode: number; toNode: number } | null | undefined): boolean =>
      probe != null && probe.fromNode < 2 && [4, 5].includes(probe.toNode);
    expect(across?.roundTrips.length).toBeGreaterThan(0);
    expect(across?.roundTrips.some(isCut)).toBe(false);
    expect(isCut(across?.cut)).toBe(true);
  });

  it('has only cuts to look at between regions that are cut altogether', () => {
    const { pairs } = plan(
      [2, 2],
      stateOf(2, () => wan, [{ from: [2, 3], to: [0, 1] }]),
    );
    const across = pairs.find(({ from, to }) => from !== to);
    expect(across?.roundTrips).toEqual([]);
    expect(across?.cut).not.toBeNull();
  });

  it('after a disturbance probes one node of each region, in a short time', () => {
    const short = { ...bounds, budgetMs: 3_000 };
    const lossyWan = stateOf(3, () => ({ ...wan, ...lossy(0.001), rateBitsPerSec: 1e8 }));
    const checks = plan([4, 4, 4], lossyWan, { nodes: [5], bounds: short });
    expect(checks.pairs.map(({ to }) => to)).toEqual([0, 1, 2]);
    for (const { roundTrips, bursts, rates } of checks.pairs) {
      expect(roundTrips.map(({ fromNode }) => fromNode)).toEqual([5]);
      expect([...bursts, ...rates]).toEqual([]);
      for (const { count, intervalMs } of roundTrips) {
        expect(count * intervalMs).toBeLessThanOrEqual(1_500);
      }
    }
  });
});

describe('tellsEnough', () => {
  const poor = { ...shape({ meanMs: 175, jitterMs: 75 }), ...lossy(0.02) };
  const lossyWan = { ...wan, ...lossy(0.001) };
  const five = [2, 2, 2, 1, 1];

  it.each<[string, readonly number[], LinkShape, boolean]>([
    ['8 nodes of wan', [8], lossyWan, true],
    ['fixed delays', five, shape({ meanMs: 40 }), true],
    ['wide jitter between few nodes', [4], poor, false],
    ['wide jitter between many', [100], poor, true],
    ['small losses of many pairs of regions', Array.from({ length: 10 }, () => 2), lossyWan, false],
  ])('of %s', (_, sizes, one, isEnough) => {
    const state = stateOf(sizes.length, () => one);
    expect(tellsEnough(plan(sizes, state))).toBe(isEnough);
  });
});

describe('levelOf', () => {
  it('keeps all checks together, each failed twice, at 1 %, and each of them at 99 %', () => {
    for (const checks of [1, 45, 100, 165, 1000]) {
      const level = levelOf(checks);
      expect(level).toBeLessThanOrEqual(0.01);
      expect(checks * level ** 2).toBeLessThanOrEqual(0.01 + 1e-12);
    }
  });
});
