import { describe, expect, it } from '@jest/globals';
import {
  type ArrivalOptions,
  createArrivals,
} from '../../../../../node-image/src/shell/load/arrivals.ts';

function gaps(options: ArrivalOptions, count: number): number[] {
  const arrivals = createArrivals(options);
  const result: number[] = [];
  let last = arrivals.nextMs;
  for (let i = 0; i < count; i++) {
    arrivals.advance();
    result.push(arrivals.nextMs - last);
    last = arrivals.nextMs;
  }
  return result;
}

describe('arrivals', () => {
  it('spaces constant arrivals equally, the first within one gap', () => {
    const options = { arrivals: 'constant', rateTxPerSec: 400, seed: 9 } as const;
    const first = createArrivals(options).nextMs;
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThan(2.5);
    for (const gap of gaps(options, 10_000)) expect(gap).toBeCloseTo(2.5, 6);
  });

  it('does not drift over millions of constant arrivals', () => {
    const arrivals = createArrivals({ arrivals: 'constant', rateTxPerSec: 3, seed: 1 });
    const first = arrivals.nextMs;
    for (let i = 0; i < 3_000_000; i++) arrivals.advance();
    expect(arrivals.nextMs - first).toBeCloseTo(1e9, 3);
  });

  it('draws Poisson gaps with the mean and the spread of an exponential', () => {
    const all = gaps({ arrivals: 'poisson', rateTxPerSec: 500, seed: 42 }, 200_000);
    const mean = all.reduce((sum, gap) => sum + gap, 0) / all.length;
    const variance = all.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / all.length;
    expect(Math.min(...all.slice(0, 10_000))).toBeGreaterThanOrEqual(0);
    // 5 standard errors around 2 ms and around a coefficient of variation of 1.
    expect(Math.abs(mean - 2)).toBeLessThan((5 * 2) / Math.sqrt(all.length));
    expect(Math.abs(Math.sqrt(variance) / mean - 1)).toBeLessThan(0.015);
    // P(gap > 2 means) = e^-2.
    const share = all.filter((gap) => gap > 4).length / all.length;
    expect(Math.abs(share - Math.exp(-2))).toBeLessThan(0.004);
  });

  it('repeats itself for the same seed and differs for another', () => {
    const options = { arrivals: 'poisson', rateTxPerSec: 10, seed: 5 } as const;
    expect(gaps(options, 50)).toEqual(gaps(options, 50));
    expect(gaps(options, 50)).not.toEqual(gaps({ ...options, seed: 6 }, 50));
  });

  it.each(['poisson', 'constant'] as const)('never has a %s arrival at rate 0', (arrivals) => {
    expect(createArrivals({ arrivals, rateTxPerSec: 0, seed: 1 }).nextMs).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});
