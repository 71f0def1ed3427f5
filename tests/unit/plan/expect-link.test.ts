import { describe, expect, it } from '@jest/globals';
import { createPrng } from '../../../controller/src/lib/prng.ts';
import type { DelayShape } from '../../../controller/src/model/network.ts';
import { delayQuantileMs } from '../../../controller/src/plan/delay-quantile.ts';
import { expectPair } from '../../../controller/src/plan/expect-link.ts';
import { meanLossRatio } from '../../../controller/src/plan/loss-ratio.ts';
import { networkOf, shapeBetween } from './networks-of.ts';

function expectOf(network: string) {
  const planned = networkOf(`nodes: [4]\nnetwork: ${network}\n`);
  return expectPair(planned, planned.initial, 0, planned.regions.length - 1);
}

describe('expectPair', () => {
  it.each([
    ['ideal', 0, 0, 0, 0, '0 ms', '0 %'],
    ['lan', 3, 1, 5, 0.0001, '1-5 ms', '0.01 %'],
    ['wan', 75, 50, 100, 0.001, '50-100 ms', '0.1 %'],
    ['intercontinental', 225, 150, 300, 0.005, '150-300 ms', '0.5 %'],
    ['poor', 350, 200, 500, 0.02, '200-500 ms', '2 %'],
  ])('of %s is the round trip of the profile', (name, median, low, high, loss, rtt, lossText) => {
    const expected = expectOf(name);
    expect(expected.rttMedianMs).toBeCloseTo(median, 6);
    expect([expected.rttLowMs, expected.rttHighMs]).toEqual([low, high]);
    expect(expected.lossRatio).toBe(loss);
    expect(expected.roundTripLossRatio).toBeCloseTo(1 - (1 - loss) ** 2, 12);
    expect(expected.asked).toEqual({ rtt, loss: lossText, rate: 'unlimited' });
  });

  it('adds up the halves of both directions', () => {
    const network =
      '{regions: [eu, us], matrix: {eu: {us: {rtt: 80ms, loss: 10%}}, us: {eu: {rtt: 120ms, loss: 50%}}}}';
    expect(expectOf(network)).toMatchObject({
      rttMedianMs: 100,
      lossRatio: 0.1,
      roundTripLossRatio: 0.55,
      asked: { rtt: '100 ms' },
    });
  });

  it('names the narrowest of link, uplink and downlink', () => {
    const network =
      '{regions: [a, b], between: {rtt: 10ms, rate: 8Mbit}, groups: {up: {nodes: 1, region: a, profile: {rate: {up: 5Mbit}}}, down: {nodes: 1, region: b, profile: {rate: {down: 3Mbit}}}}}';
    const planned = networkOf(`nodes: [4]\nnetwork: ${network}\n`);
    const rate = (from: number, to: number) =>
      expectPair(planned, planned.initial, from, to).rateBitsPerSec;
    expect(planned.regions.map(({ name }) => name)).toEqual(['a', 'a/up', 'b', 'b/down']);
    expect([rate(0, 2), rate(1, 2), rate(1, 3), rate(2, 1)]).toEqual([8e6, 5e6, 3e6, 8e6]);
  });

  it('counts the time that a rate needs for the probe itself', () => {
    // 98 bytes at 98 kbit/s: 8 ms each way.
    const network = '{regions: [a, b], between: {rtt: 10ms, rate: 98kbit}}';
    expect(expectOf(network).rttMedianMs).toBeCloseTo(26, 6);
  });

  it('counts bursts by their long run', () => {
    const loss = '{burst: {enter: 1%, leave: 30%, bad: 50%, good: 0.1%}}';
    const expected = (0.01 / 0.31) * 0.5 + (0.3 / 0.31) * 0.001;
    expect(expectOf(`{profile: {loss: ${loss}}}`).lossRatio).toBeCloseTo(expected, 12);
  });

  it.each([
    ['normal', 80, 10],
    ['normal', 10, 9],
    ['pareto', 80, 10],
    ['pareto', 20, 20],
  ] as const)(
    'of %s %d +- %d ms is what many drawn round trips show',
    (distribution, rtt, jitter) => {
      const network = `{profile: {rtt: ${rtt}ms, jitter: ${jitter}ms, distribution: ${distribution}}}`;
      const planned = networkOf(`nodes: [4]\nnetwork: ${network}\n`);
      const { delay } = shapeBetween(planned, 'all', 'all');
      const sums = drawSums(delay, 200_000);
      const expected = expectOf(network);
      const at = (share: number): number => sums[Math.floor(share * sums.length)] ?? 0;
      expect(Math.abs(at(0.5) - expected.rttMedianMs)).toBeLessThan(0.01 * rtt);
      expect(Math.abs(at(0.005) - expected.rttLowMs)).toBeLessThan(0.15 * jitter);
      expect(Math.abs(at(0.995) - expected.rttHighMs)).toBeLessThan(0.25 * jitter);
    },
  );
});

/** Round trips from tables as iproute2 makes them, sorted; seed 1. */
function drawSums({ distribution, meanMs, jitterMs }: DelayShape, count: number): Float64Array {
  const prng = createPrng(1);
  const draw = (): number => {
    const uniform = 1 - prng.below(2 ** 24) / 2 ** 24;
    // tc/pareto.c: 1 / u^(1/3), less 1.5, times 4/3; tc/normal.c: the standard normal. Both are
    // kept in 16 bits with 13 behind the point.
    const standard =
      distribution === 'pareto'
        ? (uniform ** (-1 / 3) - 1.5) * (4 / 3)
        : Math.sqrt(-2 * Math.log(uniform)) *
          Math.cos((2 * Math.PI * prng.below(2 ** 24)) / 2 ** 24);
    const kept = Math.max(-32_767, Math.min(32_767, standard * 8192)) / 8192;
    return Math.max(0, meanMs + jitterMs * kept);
  };
  return Float64Array.from({ length: count }, () => draw() + draw()).sort();
}

describe('delayQuantileMs', () => {
  it('of a normal delay follows the known quantiles', () => {
    const delay = {
      distribution: 'normal',
      meanMs: 100,
      jitterMs: 10,
      correlationRatio: 0,
    } as const;
    expect(delayQuantileMs(delay, 0.5)).toBeCloseTo(100, 2);
    expect(delayQuantileMs(delay, 0.975)).toBeCloseTo(119.6, 1);
    expect(delayQuantileMs(delay, 0.005)).toBeCloseTo(74.24, 1);
    expect([delayQuantileMs(delay, 0), delayQuantileMs(delay, 1)]).toEqual([
      expect.closeTo(60, 1),
      expect.closeTo(140, 1),
    ]);
  });

  it('is never negative', () => {
    const delay = { distribution: 'normal', meanMs: 5, jitterMs: 5, correlationRatio: 0 } as const;
    expect(delayQuantileMs(delay, 0.01)).toBe(0);
  });
});

describe('meanLossRatio', () => {
  it('of a chain that never moves is that of its good state', () => {
    const shape = { enterBadRatio: 0, leaveBadRatio: 0, badLossRatio: 1, goodLossRatio: 0.25 };
    expect(meanLossRatio({ kind: 'gilbert-elliott', ...shape })).toBe(0.25);
  });
});
