import { describe, expect, it } from '@jest/globals';
import type { Cell } from '../../../controller/src/model/plan.ts';
import { createPlan } from '../../../controller/src/plan/create-plan.ts';
import { commitPaths } from '../../../controller/src/plan/latency-floor/commit-paths.ts';
import { latencyFloor } from '../../../controller/src/plan/latency-floor/latency-floor.ts';
import { pathDelays } from '../../../controller/src/plan/latency-floor/path-delays.ts';
import { scenarioOf } from './networks-of.ts';

function cellOf(yaml: string): Cell {
  const [cell] = createPlan(scenarioOf(`runtime: process\n${yaml}`), 'process', 'userspace').cells;
  if (cell === undefined) throw new Error('no cell');
  return cell;
}

const uniform = cellOf('nodes: [4]\nnetwork: 100ms');
const twoPlaces = cellOf(
  [
    'nodes: [4]',
    'network:',
    '  regions: {near: 3, far: 1}',
    '  within: {rtt: 2ms}',
    '  between: {rtt: 200ms}',
  ].join('\n'),
);

describe('latencyFloor', () => {
  it('counts the one-way trips of two rounds of votes, the way in and the way back', () => {
    // Everybody is 50 ms from everybody. Leaders 0, 1 and 2 of four, three votes needed. Of the
    // votes for block 0 at node 1: its own after 50, node 0's after 50, the third after 100.
    // Then the same; the entry is 50 before, and 50 after: 300 for two entries, and 250 for those
    // that are leader 0 or 2 themselves.
    const floor = latencyFloor(uniform);
    expect(floor?.medianMs).toBe(275);
    expect(floor?.leastMs).toBe(250);
  });

  it('does not wait for a node that no quorum needs', () => {
    const floor = latencyFloor(twoPlaces);
    // With the three near ones alone: 1 + 2 + 2 + 1 ms at most. Where the far one leads or gathers,
    // it is there all the same.
    expect(floor?.leastMs).toBeLessThan(7);
    expect(floor?.medianMs).toBeGreaterThan(200);
  });

  it('is longer over relays, and absent where nothing is shaped', () => {
    const ring = cellOf('nodes: [8]\nnetwork: 100ms\ntopology: ring');
    const full = cellOf('nodes: [8]\nnetwork: 100ms');
    expect(latencyFloor(ring)?.medianMs).toBeGreaterThan(latencyFloor(full)?.medianMs ?? 0);
    expect(pathDelays(ring.network).from(0)[4]).toBe(200);
    const { settings } = uniform;
    expect(latencyFloor({ ...uniform, settings: { ...settings, shaper: 'none' } })).toBeNull();
  });

  it('knows three protocols: one more round of votes, and two from all to all', () => {
    const delays = pathDelays(uniform.network);
    const slowest = (protocol: string): number =>
      Math.max(...(commitPaths[protocol]?.latenciesMs(delays, 0, uniform.quorum) ?? []));
    expect(slowest('jolteon')).toBe(300);
    expect(slowest('hotstuff')).toBe(400);
    // In, pre-prepare, prepare, commit.
    expect(slowest('pbft')).toBe(200);
  });

  it('follows paths over many relays', () => {
    const large = cellOf('nodes: [300]\nnetwork: 100ms\ntopology: {kind: mesh, degree: 8}');
    // A quorum is further than one link of 50 ms away.
    expect(latencyFloor(large)?.medianMs).toBeGreaterThan(300);
  });
});
