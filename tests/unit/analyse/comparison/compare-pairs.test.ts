import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../../controller/src/analyse/analyse-run.ts';
import { comparePairs } from '../../../../controller/src/analyse/comparison/compare-pairs.ts';
import {
  type ComparedSide,
  sidesOf,
} from '../../../../controller/src/analyse/comparison/compared-side.ts';
import { generateStoredRun } from '../../../fixtures/stored-run.ts';

const options = { measureMs: 1_000, withTrouble: false, encoding: 'counts', sizes: [4] } as const;
const [side] = sidesOf(analyseRun(generateStoredRun(options))) as readonly [ComparedSide];

/** Of a pair in which one metric has changed by this ratio, and nothing else. */
function geometricMean(changed: string, ratio: number): number | null {
  const pair = {
    coordinates: [],
    a: 'a',
    b: 'b',
    older: side,
    newer: side,
    refused: [],
    measure: ({ name }: { readonly name: string }) => {
      const own = name === changed ? ratio : 1;
      const effect = {
        design: 'lone' as const,
        ratio: own,
        interval: { low: own, high: own },
        p: 1,
        t: null,
        degreesOfFreedom: null,
        count: 5,
        spread: 0,
      };
      return { older: 1, newer: own, effect, noise: null };
    },
  };
  return comparePairs([pair], { significance: 0.05, design: 'lone', underTest: [] }).geometricMean;
}

describe('the geometric mean of a comparison', () => {
  it('takes twice the latency for half as good', () => {
    expect(geometricMean('latency.p99', 2)).toBeCloseTo(0.5 ** (1 / 3), 12);
    expect(geometricMean('latency.p99', 5)).toBeCloseTo(0.2 ** (1 / 3), 12);
    expect(geometricMean('latency.p99', 0.5)).toBeCloseTo(2 ** (1 / 3), 12);
  });

  it('takes half the throughput for half as good, and nothing for 1', () => {
    expect(geometricMean('throughput', 0.5)).toBeCloseTo(0.5 ** (1 / 3), 12);
    expect(geometricMean('success', 1)).toBe(1);
    // For information only: no part of it.
    expect(geometricMean('latency.p50', 9)).toBe(1);
  });
});
