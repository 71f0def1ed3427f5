import { describe, expect, it } from '@jest/globals';
import { adjustForMany } from '../../../../controller/src/analyse/comparison/adjust-p.ts';
import { compareBlocks } from '../../../../controller/src/analyse/comparison/compare-blocks.ts';
import {
  compareHistory,
  predictSession,
} from '../../../../controller/src/analyse/comparison/compare-history.ts';
import {
  compareSessions,
  welch,
} from '../../../../controller/src/analyse/comparison/compare-sessions.ts';
import { measureSessionNoise } from '../../../../controller/src/analyse/comparison/session-noise.ts';

const logs = (values: readonly number[]): number[] => values.map(Math.log);

/** P(|T| > |t|) for five degrees of freedom (Abramowitz & Stegun 26.7.3). */
function exactP(t: number): number {
  const angle = Math.atan(Math.abs(t) / Math.sqrt(5));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  return 1 - (2 / Math.PI) * (angle + sine * (cosine + (2 / 3) * cosine ** 3));
}

describe('adjustForMany', () => {
  it('T9: the example of Benjamini and Hochberg (1995)', () => {
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
      0.6528, 0.759, 1,
    ];
    const expected = [
      0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.0638571, 0.0638571, 0.0645, 0.0765, 0.486,
      0.5811818, 0.714875, 0.7532308, 0.8132143, 1,
    ];
    const found = adjustForMany(p);
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 7);
    expect(found.filter((value) => value < 0.05)).toHaveLength(4);
    // The order of the list changes nothing.
    expect(adjustForMany([...p].reverse())).toEqual([...found].reverse());
  });
});

describe('compareHistory', () => {
  const sessions = [100, 103, 98, 101, 99, 102];

  it('T15: predictive t on logarithms, bare and with the floor', () => {
    const bare = compareHistory(88, { sessions, withinSpread: 0, floor: 0 });
    expect(bare.spread).toBeCloseTo(0.0186188, 7);
    expect(bare.t).toBeCloseTo(-6.597338256, 9);
    expect(bare.degreesOfFreedom).toBe(5);
    // The design gives .0012024963, from a rounded t: this is the closed form for five degrees.
    expect(bare.p).toBeCloseTo(exactP(bare.t ?? 0), 13);
    expect(bare.p).toBeCloseTo(0.0012024963, 9);
    expect(100 * (bare.ratio - 1)).toBeCloseTo(-12.42516, 5);
    const floored = compareHistory(88, { sessions, withinSpread: 0, floor: 0.02 });
    expect(floored.t).toBeCloseTo(-6.1417281, 7);
    expect(floored.p).toBeCloseTo(exactP(floored.t ?? 0), 13);
    expect(floored.p).toBeCloseTo(0.0016625726, 8);
  });

  it('T15: the interval of the next session', () => {
    const next = predictSession({ sessions, withinSpread: 0, floor: 0 });
    expect(next.low).toBeCloseTo(95.4228, 4);
    expect(next.high).toBeCloseTo(105.8168, 4);
  });
});

describe('compareBlocks', () => {
  it('T16: four interleaved blocks', () => {
    const found = compareBlocks([0.91, 0.88, 0.93, 0.9]);
    expect(found.t).toBeCloseTo(-8.694096, 6);
    expect(found.p).toBeCloseTo(0.0032025108, 10);
    expect(100 * (found.ratio - 1)).toBeCloseTo(-9.51796, 5);
    expect(100 * ((found.interval?.low ?? 0) - 1)).toBeCloseTo(-12.77074, 5);
    expect(100 * ((found.interval?.high ?? 0) - 1)).toBeCloseTo(-6.14388, 5);
  });

  it('says nothing of one block, and is sure of equal ones', () => {
    expect(compareBlocks([0.9])).toMatchObject({ p: null, interval: null, count: 1 });
    expect(compareBlocks([1, 1, 1])).toMatchObject({ p: 1, ratio: 1 });
    expect(compareBlocks([0.5, 0.5, 0.5]).p).toBe(0);
  });
});

describe('welch on logarithms', () => {
  it('T7: json and gob of benchstat', () => {
    const json = welch(
      logs([1726, 1723, 1707, 1707, 1713, 1729, 1736, 1707, 1705, 1774]),
      logs([1423, 1416, 1411, 1413, 1412, 1426, 1422, 1424, 1447, 1425]),
    );
    expect(100 * ((json.interval?.low ?? 0) - 1)).toBeCloseTo(-18.244, 3);
    expect(100 * ((json.interval?.high ?? 0) - 1)).toBeCloseTo(-16.663, 3);
    const gob = welch(
      logs([3069, 3075, 3069, 3067, 3207, 3064, 3064, 3058, 3059, 3062]),
      logs([3075, 3065, 3059, 3065, 3060, 3081, 3186, 3135, 3087, 3062]),
    );
    expect(100 * ((gob.interval?.low ?? 0) - 1)).toBeCloseTo(-1.03, 2);
    expect(100 * ((gob.interval?.high ?? 0) - 1)).toBeCloseTo(1.58, 2);
  });
});

describe('compareSessions', () => {
  const older = [100, 103, 98, 101, 99];
  const newer = [86, 88, 84, 87, 85];

  it('tests ranks from four repetitions on, and widens by the spread between sessions', () => {
    const bare = compareSessions(older, newer, 0);
    const wide = compareSessions(older, newer, 0.05);
    expect(bare).toMatchObject({ design: 'lone', count: 5 });
    expect(bare.p).toBeCloseTo(2 / 252, 10);
    expect(wide.ratio).toBe(bare.ratio);
    expect(wide.interval?.low).toBeLessThan(bare.interval?.low ?? 0);
    expect(wide.interval?.high).toBeGreaterThan(bare.interval?.high ?? 2);
    // 14 % down, with sessions that differ by 5 % anyway: no longer beyond doubt.
    expect(wide.p).toBeGreaterThan(0.01);
  });

  it('is a smoke test below four, and nothing below two', () => {
    expect(compareSessions(older.slice(0, 3), newer, 0).design).toBe('smoke');
    expect(compareSessions([100], newer, 0)).toMatchObject({ p: null, interval: null });
  });
});

describe('measureSessionNoise', () => {
  it('takes away what repetitions explain', () => {
    const quiet = [100, 101, 99, 102, 98].map((level) => [level, level, level]);
    const noise = measureSessionNoise(quiet);
    expect(noise.isAssumed).toBe(false);
    expect(noise.tau).toBeCloseTo(0.0158, 3);
    const noisy = [1, 2, 3, 4, 5].map(() => [80, 120]);
    expect(measureSessionNoise(noisy).tau).toBe(0);
  });

  it('is assumed, and says so, below five sessions', () => {
    expect(measureSessionNoise([[100], [200]])).toMatchObject({ tau: 0.05, isAssumed: true });
    expect(measureSessionNoise([], 'dedicated').tau).toBe(0.02);
  });
});
