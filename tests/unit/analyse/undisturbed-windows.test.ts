import { describe, expect, it } from '@jest/globals';
import { checkSteadiness } from '../../../controller/src/analyse/check-steadiness.ts';
import { undisturbedWindows } from '../../../controller/src/analyse/undisturbed-windows.ts';
import type { EventImpact } from '../../../controller/src/model/event-finding.ts';

const impact = (rest: Partial<EventImpact>) =>
  ({ plannedMs: null, begunMs: null, endedMs: null, recoveredMs: null, ...rest }) as EventImpact;

describe('windows in which nothing was done', () => {
  const values = Array.from({ length: 10 }, (_, window) => window);
  it.each<[string, Partial<EventImpact>, number[]]>([
    ['that never began', {}, values],
    // To 4.2 s, half a second until it is back, and one to settle.
    [
      'with an end',
      { plannedMs: 2_990, begunMs: 3_020, endedMs: 4_200, recoveredMs: 500 },
      [0, 1, 6, 7, 8, 9],
    ],
    ['without', { plannedMs: 3_000, begunMs: 3_020 }, [0, 1, 2]],
  ])('leave out an event %s', (_, rest, left) => {
    expect(undisturbedWindows(values, 1_000, [impact(rest)])).toEqual(left);
  });

  it('are steady where the planned dip is all that there is', () => {
    // Half the throughput in most of its second half.
    const dipping = Array.from(
      { length: 130 },
      (_, i) => (i >= 65 && i < 120 ? 50 : 100) + (i % 3),
    );
    expect(checkSteadiness(dipping).kind).toBe('unsteady');
    const dip = impact({ plannedMs: 65_000, begunMs: 65_000, endedMs: 119_000, recoveredMs: 0 });
    const rest = undisturbedWindows(dipping, 1_000, [dip]);
    expect(checkSteadiness(rest).kind).toBe('not-rejected');
  });
});
