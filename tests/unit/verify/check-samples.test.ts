import { describe, expect, it } from '@jest/globals';
import { createPrng } from '../../../controller/src/lib/prng.ts';
import type { LinkShape } from '../../../controller/src/model/network.ts';
import type { Shaper } from '../../../controller/src/shape/shaper.ts';
import {
  checkCut,
  checkLoss,
  checkMedian,
  checkRange,
  checkRate,
  type Sampled,
} from '../../../controller/src/verify/check-samples.ts';
import {
  describePair,
  inflationOfLoss,
  type PairTraits,
} from '../../../controller/src/verify/pair-traits.ts';
import { lossy, networkOf, shape, stateOf, wan } from '../shape/networks.ts';

const options = { level: 0.01, isLoaded: false };
const trials = 600;

function traitsOf(one: LinkShape, shaper: Shaper['kind'] = 'netem'): PairTraits {
  const state = stateOf(1, () => one);
  return describePair(networkOf([4], state), state, { from: 0, to: 0 }, shaper);
}

const wanTraits = traitsOf(wan);

/** Round trips of two uniform delays. */
function roundTrips(count: number, seed: number, shiftMs = 0): number[] {
  const prng = createPrng(seed);
  return Array.from({ length: count }, () => 50 + 25 * (prng.next() + prng.next()) + shiftMs);
}

function sampled(rttMs: readonly number[], sent = rttMs.length): Sampled {
  return { rttMs, sent, intervalMs: 30 };
}

function shareFailed(check: (seed: number) => { readonly isWithin: boolean }): number {
  let failed = 0;
  for (let seed = 1; seed <= trials; seed++) if (!check(seed).isWithin) failed++;
  return failed / trials;
}

describe('checkMedian', () => {
  const median = (count: number, shiftMs: number) => (seed: number) =>
    checkMedian(sampled(roundTrips(count, seed, shiftMs)), wanTraits, options);

  it('passes a right network, and one at the edge of the tolerance in 99 %', () => {
    expect(shareFailed(median(200, 0))).toBe(0);
    expect(shareFailed(median(200, 2.25))).toBeLessThan(0.01);
  });

  it('finds a shift by a tenth in more than 99 %', () => {
    expect(shareFailed(median(200, 7.5))).toBeGreaterThan(0.99);
  });

  it('says no more with isWithin than that the value lies in what passes', () => {
    for (const shiftMs of [-9, -4, 0, 4, 9]) {
      const { low, high, measured, isWithin } = median(100, shiftMs)(3);
      expect(isWithin).toBe(Number(measured) >= low && Number(measured) <= high);
    }
  });

  it('tolerates 1 ms of short round trips and 3 % of long ones, more in userspace', () => {
    const of = (traits: PairTraits, ms: number) =>
      checkMedian(sampled(Array(50).fill(ms)), traits, options).isWithin;
    const short = shape({ meanMs: 5 });
    expect([10.9, 11.1].map((ms) => of(traitsOf(short), ms))).toEqual([true, false]);
    expect([11.9, 12.1].map((ms) => of(traitsOf(short, 'userspace'), ms))).toEqual([true, false]);
    const long = shape({ meanMs: 100 });
    expect([193.9, 194.1, 205.9, 206.1].map((ms) => of(traitsOf(long), ms))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([209, 211].map((ms) => of(traitsOf(long, 'userspace'), ms))).toEqual([true, false]);
  });

  it('is off without an answer', () => {
    expect(checkMedian(sampled([], 40), wanTraits, options)).toMatchObject({
      measured: null,
      samples: 40,
      isWithin: false,
    });
  });

  it('can say nothing against a few round trips', () => {
    expect(checkMedian(sampled([500, 500, 500]), wanTraits, options).isWithin).toBe(true);
  });

  it('allows for round trips that a loss held up under userspace, and for no more', () => {
    const traits = traitsOf({ ...wan, ...lossy(0.01) }, 'userspace');
    const prng = createPrng(5);
    const heldUp = roundTrips(300, 5).map((ms) => (prng.next() < 0.15 ? ms + 250 : ms));
    expect(checkMedian(sampled(heldUp), traits, options).isWithin).toBe(true);
    expect(checkMedian(sampled(heldUp.map((ms) => ms + 15)), traits, options).isWithin).toBe(false);
  });
});

describe('checkRange', () => {
  it('passes a right network, and finds one whose jitter is 2.5 times as wide', () => {
    const range = (factor: number) => (seed: number) => {
      const ms = roundTrips(200, seed).map((one) => 75 + (one - 75) * factor);
      return checkRange(sampled(ms), wanTraits, options);
    };
    expect(shareFailed(range(1))).toBe(0);
    expect(shareFailed(range(2.5))).toBeGreaterThan(0.99);
  });

  it('asks for nine tenths, less what chance explains', () => {
    const inside = (count: number) =>
      checkRange(
        sampled([...Array(count).fill(75), ...Array(200 - count).fill(300)]),
        wanTraits,
        options,
      );
    expect(inside(180).isWithin).toBe(true);
    expect(inside(171).isWithin).toBe(true);
    expect(inside(160).isWithin).toBe(false);
  });
});

describe('checkLoss', () => {
  const roundTripRatio = (ratio: number): number => 1 - (1 - ratio) ** 2;
  const planned = roundTripRatio(0.001);
  const held = { ratio: planned, held: { low: planned, high: planned }, inflation: 1 };
  const loss = (ratio: number) => (seed: number) => {
    const prng = createPrng(seed);
    const lost = Array.from({ length: 3_000 }).filter(() => prng.next() < roundTripRatio(ratio));
    return checkLoss(lost.length, 3_000, held, options);
  };

  it('passes the ratio asked for in 99 %, and finds 0.5 % for 0.1 % in more than 99 %', () => {
    expect(shareFailed(loss(0.001))).toBeLessThan(0.01);
    expect(shareFailed(loss(0.005))).toBeGreaterThan(0.99);
  });

  it('passes one stray loss where none is asked for, not two', () => {
    const none = { ratio: 0, held: { low: 0, high: 0 }, inflation: 1 };
    const lost = (count: number) => checkLoss(count, 40, none, options).isWithin;
    expect([lost(0), lost(1), lost(2)]).toEqual([true, true, false]);
  });

  it('counts a corrupted packet as lost or not', () => {
    const traits = traitsOf(shape({ corruptRatio: 0.05 }));
    const lost = (count: number) =>
      checkLoss(count, 1_000, { ratio: 0, held: traits.lost, inflation: 1 }, options).isWithin;
    expect([lost(0), lost(97), lost(160)]).toEqual([true, true, false]);
  });
});

describe('inflationOfLoss', () => {
  it('is the variance of a Gilbert-Elliott count over that of independent losses', () => {
    const ge = {
      kind: 'gilbert-elliott',
      enterBadRatio: 0.02,
      leaveBadRatio: 0.2,
      badLossRatio: 0.5,
      goodLossRatio: 0.001,
    } as const;
    const seed = 11;
    const prng = createPrng(seed);
    const size = 2_000;
    const counts = Array.from({ length: 1_500 }, () => {
      let isBad = prng.next() < 0.02 / 0.22;
      let lost = 0;
      for (let packet = 0; packet < size; packet++) {
        if (prng.next() < (isBad ? 0.5 : 0.001)) lost++;
        if (prng.next() < (isBad ? 0.2 : 0.02)) isBad = !isBad;
      }
      return lost;
    });
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
    const ratio = mean / size;
    const found = variance / (size * ratio * (1 - ratio));
    expect(found / inflationOfLoss(ge)).toBeGreaterThan(0.88);
    expect(found / inflationOfLoss(ge)).toBeLessThan(1.12);
    expect(inflationOfLoss({ kind: 'independent', ratio: 0.1 })).toBe(1);
  });
});

describe('checkRate', () => {
  it.each([
    [9.4e6, false],
    [9.6e6, true],
    [10.4e6, true],
    [10.6e6, false],
  ])('of 10 Mbit/s, %d measured is %s', (receivedBitsPerSec, isWithin) => {
    expect(checkRate(1e7, { receivedBitsPerSec, elapsedMs: 500 }).isWithin).toBe(isWithin);
  });

  it('has measured nothing where nothing arrived', () => {
    const check = checkRate(1e7, { receivedBitsPerSec: 0, elapsedMs: 0 });
    expect(check).toMatchObject({ measured: null, samples: 0, isWithin: false });
  });
});

describe('checkCut', () => {
  it('passes silence only', () => {
    expect(checkCut(0, 8).isWithin).toBe(true);
    expect(checkCut(1, 8)).toMatchObject({ isWithin: false, measured: 7 / 8 });
  });
});

describe('describePair', () => {
  it('allows for full queues of links and of access links in both directions', () => {
    const waits = (one: LinkShape, access: { up?: number; down?: number } = {}): number => {
      const state = stateOf(2, () => one);
      const plain = networkOf([2, 2], state);
      const { up: upBitsPerSec = null, down: downBitsPerSec = null } = access;
      const regions = plain.regions.map((each) => ({ ...each, upBitsPerSec, downBitsPerSec }));
      return describePair({ ...plain, regions }, state, { from: 0, to: 1 }, 'netem').queueMsMax;
    };
    const queued = shape({ queuePackets: 1_000 });
    expect(waits(queued)).toBe(0);
    expect(waits({ ...queued, rateBitsPerSec: 12.112e6 })).toBeCloseTo(2_000);
    // Two regions share the way up, in turns.
    expect(waits(queued, { up: 12.112e6 })).toBeCloseTo(4_000);
    // 100 ms for each of the two nodes.
    expect(waits(queued, { down: 10e6 })).toBeCloseTo(200);
  });
});

describe('checkRate without a rate', () => {
  it('takes a link that carries nothing for off, and a host that could not tell for unmeasured', () => {
    const silent = checkRate(1e6, { receivedBitsPerSec: 0, elapsedMs: 500 });
    expect(silent).toMatchObject({ measured: 0, isWithin: false, samples: 500 });
    const unknown = checkRate(1e6, { receivedBitsPerSec: 0, elapsedMs: 0 });
    expect(unknown).toMatchObject({ measured: null, isWithin: false, samples: 0 });
  });
});
