import { describe, expect, it } from '@jest/globals';
import { describeDisruption } from '../../../controller/src/judge/planned-disruption.ts';
import type {
  LinkShape,
  LossShape,
  NetworkState,
  PlannedChange,
} from '../../../controller/src/model/network.ts';

const WINDOW_MS = 60_000;

function shape(loss: LossShape): LinkShape {
  return {
    delay: { distribution: 'fixed', meanMs: 10, jitterMs: 0, correlationRatio: 0 },
    loss,
    duplicateRatio: 0,
    corruptRatio: 0,
    reorders: false,
    rateBitsPerSec: null,
    queuePackets: 1000,
  };
}

const calm: NetworkState = {
  links: [{ from: 0, to: 0, shape: shape({ kind: 'none' }) }],
  cuts: [],
};
const cut: NetworkState = { ...calm, cuts: [{ from: [3], to: [0, 1, 2] }] };

function change(atMs: number, state: NetworkState): PlannedChange {
  return { index: 0, atMs, kind: 'partition', text: 'a change', state, nodes: [3] };
}

function describeWith(changesPlanned: readonly PlannedChange[], initial = calm) {
  const asked = { isShaped: true, allowMismatch: false, initial, changesPlanned };
  return describeDisruption({ record: null, quorumLosses: [], ...asked }, WINDOW_MS);
}

describe('describeDisruption', () => {
  it('finds nothing in a network that stays as it is', () => {
    const { isAny, isCutAtEnd } = describeWith([]);
    expect([isAny, isCutAtEnd]).toEqual([false, false]);
  });

  it('does not count what would happen after the window', () => {
    expect(describeWith([change(WINDOW_MS, cut)])).toMatchObject({ isAny: false });
  });

  it('counts a cut that is healed, but not as one that holds at the end', () => {
    const healed = describeWith([change(10_000, cut), change(20_000, calm)]);
    expect(healed).toMatchObject({ isAny: true, isCutAtEnd: false });
    expect(healed.isCutThroughout(3)).toBe(false);
  });

  it('excuses both ends of a cut that holds from the first moment to the last, and no others', () => {
    const held = describeWith([change(0, cut)]);
    expect(held.isCutAtEnd).toBe(true);
    expect([0, 1, 2, 3, 4].map((node) => held.isCutThroughout(node))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it.each([
    [{ kind: 'independent', ratio: 0.02 } as const, true],
    [{ kind: 'independent', ratio: 0.001 } as const, false],
    [
      {
        kind: 'gilbert-elliott',
        enterBadRatio: 0.1,
        leaveBadRatio: 0.1,
        badLossRatio: 0.5,
        goodLossRatio: 0,
      } as const,
      true,
    ],
  ])('takes a loss of %j for a disruption: %s', (loss, expected) => {
    const lossy = { ...calm, links: [{ from: 0, to: 0, shape: shape(loss) }] };
    expect(describeWith([], lossy).isAny).toBe(expected);
  });
});
