import { describe, expect, it } from '@jest/globals';
import { findChangePoints } from '../../../../controller/src/analyse/trend/change-points.ts';
import { classifyTrend } from '../../../../controller/src/analyse/trend/classify-trend.ts';
import { energyStatistics } from '../../../../controller/src/analyse/trend/energy-statistics.ts';
import {
  bestSplit,
  createSplitDistance,
} from '../../../../controller/src/analyse/trend/split-distance.ts';
import { fitTheilSen } from '../../../../controller/src/analyse/trend/theil-sen.ts';
import { mannKendall } from '../../../../controller/src/analyse/trend-tests.ts';
import { createPrng } from '../../../../controller/src/lib/prng.ts';

const nile = [
  1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180,
  799, 958, 1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701,
  916, 692, 1020, 1050, 969, 831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862,
  698, 845, 744, 796, 1040, 759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812,
  742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906,
  901, 1170, 912, 746, 919, 718, 714, 740,
];

describe('findChangePoints', () => {
  it('T11: the Nile, with three windows', () => {
    for (const window of [30, 50, 100]) {
      const points = findChangePoints(nile, { window, pMax: 0.001, magnitudeMin: 0 });
      expect(points.map(({ index }) => index)).toEqual([28]);
      expect(points[0]?.before).toBe(1097.75);
      expect(points[0]?.after).toBeCloseTo(849.97222, 5);
      expect(100 * (points[0]?.change ?? 0)).toBeCloseTo(-22.5714, 4);
      expect((points[0]?.p ?? 1) / 4.7257405e-14).toBeCloseTo(1, 5);
    }
    expect(mannKendall(nile).s).toBe(-1387);
  });

  it('T11: Q of the whole series and of the first window', () => {
    expect(bestSplit(createSplitDistance(nile), 0, 100)?.q).toBeCloseTo(4916.590807675146, 8);
    expect(bestSplit(createSplitDistance(nile.slice(0, 50)), 0, 50)?.q).toBeCloseTo(2883.330041, 5);
  });

  it('T12: Hunter, three series', () => {
    const bare = { window: 50, pMax: 0.001, magnitudeMin: 0 };
    const halved = [
      1.02, 0.95, 0.99, 1, 1.12, 1, 1.01, 0.98, 1.01, 0.96, 0.5, 0.51, 0.48, 0.48, 0.55, 0.5, 0.49,
      0.51, 0.5, 0.49,
    ];
    const [point, ...others] = findChangePoints(halved, bare);
    expect([point?.index, others.length]).toEqual([10, 0]);
    expect((point?.p ?? 1) / 1.427172839e-17).toBeCloseTo(1, 6);
    expect(100 * (point?.change ?? 0)).toBeCloseTo(-50.0996, 4);
    expect(bestSplit(createSplitDistance(halved), 0, 20)?.q).toBeCloseTo(4.6822222, 7);
    const twice = [
      0.3, 2.4, 1.5, -0.9, -0.5, 99.7, 98.3, 99.1, 149, 149.7, 149.5, 149.1, 148.8, 150,
    ];
    expect(findChangePoints(twice, bare).map(({ index }) => index)).toEqual([5, 8]);
    expect(bestSplit(createSplitDistance(twice), 0, 14)?.q).toBeCloseTo(761.2821428571, 9);
    const step = Array.from({ length: 30 }, (_, i) => (i < 15 ? 50 : 100));
    expect(findChangePoints(step, bare)).toMatchObject([{ index: 15, p: 0 }]);
  });

  it('finds nothing where nothing changes, and keeps small changes out', () => {
    expect(findChangePoints(new Array<number>(40).fill(7))).toEqual([]);
    const small = Array.from({ length: 40 }, (_, i) => (i < 20 ? 100 : 103) + (i % 3) * 0.1);
    expect(findChangePoints(small)).toEqual([]);
  });

  it('B12: calls at most a few of a hundred series of noise changed', () => {
    const prng = createPrng(11);
    const noise = (): number =>
      100 *
      (1 + 0.05 * Math.sqrt(-2 * Math.log(1 - prng.next())) * Math.cos(6.2831853 * prng.next()));
    const found = Array.from({ length: 100 }, () =>
      findChangePoints(Array.from({ length: 12 }, noise)),
    ).filter((points) => points.length > 0);
    expect(found.length).toBeLessThanOrEqual(6);
  });
});

describe('energyStatistics', () => {
  it('T12: both examples of MongoDB', () => {
    const range = (from: number, to: number, step = 1): number[] =>
      Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
    const close = energyStatistics(range(1, 99), range(1, 104));
    expect(close.e).toBeCloseTo(0.16, 3);
    expect(close.t).toBeCloseTo(8.136, 3);
    expect(close.h).toBeCloseTo(0.002, 3);
    const apart = energyStatistics(range(300, 499), range(400, 895, 11).slice(0, 46));
    expect(apart.e).toBeCloseTo(268.352, 3);
    expect(apart.t).toBeCloseTo(10035.943, 3);
    expect(Math.floor(apart.h * 1000)).toBe(532); // .53286, cut off in the published example
  });
});

describe('fitTheilSen', () => {
  it('T10: slope, interval and intercept of scipy', () => {
    const line = fitTheilSen([1, 2.3, 3.1, 4.5, 5.2, 6.8, 7.1, 8.9, 9.5, 10.2]);
    expect(line.slope).toBeCloseTo(1.05, 10);
    expect(line.interval?.low).toBeCloseTo(0.96, 10);
    expect(line.interval?.high).toBeCloseTo(1.1285714, 7);
    expect(line.intercept).toBeCloseTo(1.275, 10);
  });
});

describe('classifyTrend', () => {
  const falling = [100, 98, 97, 95, 93, 92, 90, 88];

  it('B11: degrades, improves, and knows the direction', () => {
    expect(classifyTrend(falling, 1)).toMatchObject({ kind: 'degrading', confidence: 'told' });
    expect(classifyTrend(falling, -1).kind).toBe('improving');
  });

  it('is stable or volatile where nothing drifts', () => {
    expect(classifyTrend([100, 101, 99, 100, 102, 99], 1).kind).toBe('stable');
    expect(classifyTrend([100, 150, 70, 130, 60, 140, 80, 120], 1).kind).toBe('volatile');
  });

  it('says that fewer than five sessions are not enough', () => {
    expect(classifyTrend([100, 90, 80, 70], 1)).toMatchObject({
      kind: 'stable',
      confidence: 'insufficient',
    });
    expect(classifyTrend([100], 1).driftInterval).toBeNull();
  });

  it('adds a change point, and the trend since', () => {
    const stepped = [100, 101, 99, 100, 102, 98, 80, 81, 79, 80, 82, 78];
    const trend = classifyTrend(stepped, 1);
    expect(trend.changePoints.map(({ index }) => index)).toEqual([6]);
    expect(trend.lastSegment).toBe('stable');
  });
});
