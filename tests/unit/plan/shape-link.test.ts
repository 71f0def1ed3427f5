import { describe, expect, it } from '@jest/globals';
import type { DelayShape, LossShape } from '../../../controller/src/model/network.ts';
import { meanLossRatio } from '../../../controller/src/plan/loss-ratio.ts';
import { addLink, type OpenShape } from '../../../controller/src/plan/shape-link.ts';

function shape(delay: Partial<DelayShape>, loss: LossShape = { kind: 'none' }): OpenShape {
  return {
    delay: { distribution: 'fixed', meanMs: 0, jitterMs: 0, correlationRatio: 0, ...delay },
    loss,
    duplicateRatio: 0,
    corruptRatio: 0,
    reorders: false,
    rateBitsPerSec: null,
    queuePackets: null,
  };
}

const bursty: LossShape = {
  kind: 'gilbert-elliott',
  enterBadRatio: 0.01,
  leaveBadRatio: 0.3,
  badLossRatio: 0.5,
  goodLossRatio: 0,
};
const steady: LossShape = { kind: 'independent', ratio: 0.1 };

describe('addLink', () => {
  it.each([
    ['widths of uniform delays', 'uniform', 3, 'uniform', 4, 'uniform', 7],
    ['variances of normal delays', 'normal', 3, 'normal', 4, 'normal', 5],
    ['variances of pareto delays', 'pareto', 6, 'pareto', 8, 'pareto', 10],
    ['nothing to a fixed one', 'fixed', 0, 'normal', 4, 'normal', 4],
    ['variances of different ones', 'uniform', 3, 'normal', 4, 'normal', 5],
  ] as const)('adds up %s', (_title, one, jitterOne, other, jitterOther, kind, jitterMs) => {
    const first = shape({ distribution: one, meanMs: 20, jitterMs: jitterOne });
    const second = shape({ distribution: other, meanMs: 30, jitterMs: jitterOther });
    for (const sum of [addLink(first, second), addLink(second, first)]) {
      expect(sum.delay).toMatchObject({ distribution: kind, meanMs: 50, jitterMs });
    }
  });

  it('compounds independent losses exactly', () => {
    const sum = addLink(shape({}, steady), shape({}, { kind: 'independent', ratio: 0.2 }));
    expect(sum.loss).toEqual({ kind: 'independent', ratio: 0.28 });
  });

  it.each([
    ['a bursty and a steady one', bursty, steady],
    ['two bursty ones', bursty, { ...bursty, badLossRatio: 0.2 }],
  ] as const)('keeps bursts, and the loss in the long run, of %s', (_title, one, other) => {
    const sum = addLink(shape({}, one), shape({}, other)).loss;
    expect(sum.kind).toBe('gilbert-elliott');
    const exact = 1 - (1 - meanLossRatio(one)) * (1 - meanLossRatio(other));
    expect(meanLossRatio(sum)).toBeCloseTo(exact, 10);
  });

  it('takes the lowest rate and queue that are set', () => {
    const narrow = { ...shape({}), rateBitsPerSec: 1e6, queuePackets: 500 };
    const wide = { ...shape({}), rateBitsPerSec: 5e6 };
    expect(addLink(narrow, wide)).toMatchObject({ rateBitsPerSec: 1e6, queuePackets: 500 });
    expect(addLink(shape({}), wide)).toMatchObject({ rateBitsPerSec: 5e6, queuePackets: null });
  });
});
