import { describe, expect, it } from '@jest/globals';
import type { Sighting } from '../../../controller/src/shape/shaper.ts';
import { tellSightings } from '../../../controller/src/shape/tell-sightings.ts';

const start = new Date(1_000_000);
const slow = 'Node 1 towards us: the delay is 250 +- 0 ms instead of 25 +- 0 ms.';
const small = 'Node 1: the MTU is 1400 instead of 1500.';

function sighting(nodeIndex: number, ms: number, ...differences: readonly string[]): Sighting {
  return { nodeIndex, at: new Date(start.getTime() + ms), differences, isComplete: true };
}

describe('tellSightings', () => {
  it('tells from when to when, also where the rest of the plan holds again later', () => {
    const seen = [
      sighting(1, -500, small),
      sighting(1, 12_040, slow, small),
      sighting(11, 13_000, 'Node 11 has no class for us.'),
      sighting(1, 24_000, small),
    ];
    expect(tellSightings(seen, start)).toEqual({
      told: [
        'Node 1 towards us: the delay is 250 +- 0 ms instead of 25 +- 0 ms (from 12.0 s of the window to 24.0 s of the window).',
        'Node 1: the MTU is 1400 instead of 1500 (since 0.5 s before the window).',
        'Node 11 has no class for us (since 13.0 s of the window).',
      ],
      standing: new Set([small, 'Node 11 has no class for us.']),
    });
  });

  it('tells that something was changed where nothing shows', () => {
    expect(tellSightings([sighting(3, 2_000)], start).told).toEqual([
      'Node 3: somebody else changed its rules (2.0 s of the window) in a way that does not show or was put back at once.',
    ]);
  });

  it('ends nothing by a look at a part', () => {
    const seen = [sighting(1, 1_000, slow), { ...sighting(1, 9_000, small), isComplete: false }];
    expect([...tellSightings(seen, start).standing]).toEqual([slow, small]);
  });
});
