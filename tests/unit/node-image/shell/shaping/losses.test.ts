import { describe, expect, it } from '@jest/globals';
import { createChance } from '../../../../../node-image/src/shell/shaping/chance.ts';
import { createLosses } from '../../../../../node-image/src/shell/shaping/losses.ts';

const SEGMENTS = 200_000;

type Shape = Parameters<ReturnType<typeof createLosses>['next']>[0];

function sample(seed: string, shape: Shape): boolean[] {
  const losses = createLosses(createChance(seed));
  return Array.from({ length: SEGMENTS }, () => losses.next(shape));
}

const share = (fates: readonly boolean[]): number => fates.filter(Boolean).length / fates.length;

describe.each(['losses 1', 'losses 2', 'losses 3'])('losses of seed "%s"', (seed) => {
  it.each([0, 0.001, 0.02, 0.5, 1])('are independent with ratio %d', (ratio) => {
    const lost = share(sample(seed, { kind: 'independent', ratio }));
    // 99.99 % interval of the binomial distribution.
    expect(Math.abs(lost - ratio)).toBeLessThanOrEqual(
      3.9 * Math.sqrt((ratio * (1 - ratio)) / SEGMENTS),
    );
  });

  it('come in bursts after Gilbert and Elliott', () => {
    const shape = {
      kind: 'gilbert-elliott',
      enterBadRatio: 0.01,
      leaveBadRatio: 0.2,
      badLossRatio: 1,
      goodLossRatio: 0,
    } as const;
    const fates = sample(seed, shape);
    // Share of time in the bad state: 0.01 / (0.01 + 0.2). Its draws depend on each other, which
    // widens the interval by about sqrt((1 + 0.79) / (1 - 0.79)).
    const expected = 0.01 / 0.21;
    const error = Math.sqrt((expected * (1 - expected)) / SEGMENTS) * Math.sqrt(1.79 / 0.21);
    expect(Math.abs(share(fates) - expected)).toBeLessThan(3.9 * error);
    const bursts = fates.filter((isLost, at) => isLost && fates[at - 1] !== true).length;
    const burstLength = (share(fates) * SEGMENTS) / bursts;
    // Geometric with mean 1 / 0.2.
    expect(Math.abs(burstLength - 5)).toBeLessThan((3.9 * Math.sqrt(20)) / Math.sqrt(bursts));
  });

  it('are none where none were asked for', () => {
    expect(share(sample(seed, { kind: 'none' }))).toBe(0);
  });
});
