import { describe, expect, it } from '@jest/globals';
import { allotRepetitions } from '../../../../controller/src/analyse/repetitions/allot-repetitions.ts';
import { findOutliers } from '../../../../controller/src/analyse/repetitions/find-outliers.ts';
import { medianInterval } from '../../../../controller/src/analyse/repetitions/order-statistics.ts';

describe('medianInterval', () => {
  it('T3: needs six values, and takes the second and ninth of ten', () => {
    expect(medianInterval([6, 1, 5, 2, 4, 3])).toEqual({ low: 1, high: 6, coverage: 0.96875 });
    const ten = medianInterval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(ten).toMatchObject({ low: 2, high: 9 });
    expect(ten?.coverage).toBeCloseTo(0.978516, 6);
    expect(medianInterval([1, 2, 3, 4, 5])).toBeNull();
  });
});

describe('findOutliers', () => {
  it('B3: flags and never drops', () => {
    const values = [100, 101, 99, 100, 102, 98, 60];
    expect(findOutliers(values)).toEqual([{ index: 6, value: 60, kind: 'severe' }]);
    expect(values).toHaveLength(7);
    expect(findOutliers([100, 101, 99, 100])).toEqual([]);
  });
});

describe('allotRepetitions', () => {
  it('B1: repeats where variance enters, less where repeating is dear', () => {
    const windows = { variance: 16, count: 10, cost: 1 };
    const restarts = { variance: 2.6, count: 5, cost: 30 };
    // T1 = 16, T2 = 2.6 - 16/10 = 1; r1 = ceil(sqrt(30/1 * 16/1)) = 22.
    expect(allotRepetitions([windows, restarts])).toEqual([22]);
    expect(allotRepetitions([{ ...windows, variance: 0.1 }, restarts])).toEqual([2]);
  });
});
