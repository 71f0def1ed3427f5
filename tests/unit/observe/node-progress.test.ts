import { describe, expect, it } from '@jest/globals';
import { createNodeProgress } from '../../../controller/src/observe/node-progress.ts';

const page = (committed: number, height = 0) => [
  { name: 'consensus_transactions_committed_total', labels: [], value: committed, timestamp: null },
  { name: 'consensus_committed_height', labels: [], value: height, timestamp: null },
];

describe('createNodeProgress', () => {
  it('knows no rate before the second scrape', () => {
    const progress = createNodeProgress(2);
    progress.note(0, 0, page(10, 3));
    expect(progress.live(1)).toEqual({
      txPerSec: null,
      committedHeight: 3,
      nodesAnswering: 1,
      nodesTotal: 2,
    });
  });

  it('takes the median rate and the greatest height over nodes', () => {
    const progress = createNodeProgress(3);
    [100, 200, 900].forEach((rate, position) => {
      progress.note(position, 0, page(0, 1));
      progress.note(position, 2000, page(2 * rate, 10 + position));
    });
    expect(progress.live(3)).toMatchObject({ txPerSec: 200, committedHeight: 12 });
  });

  it('forgets all but the last three periods', () => {
    const progress = createNodeProgress(1);
    for (let second = 0; second <= 10; second++) progress.note(0, second * 1000, page(0));
    for (let second = 11; second <= 13; second++) {
      progress.note(0, second * 1000, page((second - 10) * 50));
    }
    expect(progress.live(1).txPerSec).toBe(50);
  });

  it('adds up a counter that is split by labels', () => {
    const progress = createNodeProgress(1);
    const split = (a: number, b: number) =>
      [a, b].map((value, index) => ({
        name: 'consensus_transactions_committed_total',
        labels: [['origin', String(index)]] as const,
        value,
        timestamp: null,
      }));
    progress.note(0, 0, split(1, 2));
    progress.note(0, 1000, split(11, 22));
    expect(progress.live(1).txPerSec).toBe(30);
  });

  it('reports a counter that went down and starts the rate anew', () => {
    const progress = createNodeProgress(1);
    expect(progress.note(0, 0, page(1000))).toBe(false);
    expect(progress.note(0, 1000, page(1100))).toBe(false);
    expect(progress.note(0, 2000, page(5))).toBe(true);
    expect(progress.live(1).txPerSec).toBeNull();
    expect(progress.note(0, 3000, page(25))).toBe(false);
    expect(progress.live(1).txPerSec).toBe(20);
  });

  it('does not take a falling gauge for a restart', () => {
    const progress = createNodeProgress(1);
    progress.note(0, 0, page(1, 9));
    expect(progress.note(0, 1000, page(2, 8))).toBe(false);
  });

  it('keeps the highest count of violations that a node reports', () => {
    const progress = createNodeProgress(2);
    const violations = (value: number) => [
      { name: 'consensus_safety_violations_total', labels: [], value, timestamp: null },
    ];
    progress.note(0, 0, violations(2));
    progress.note(1, 0, violations(1));
    expect(Math.max(...progress.safetyViolations)).toBe(2);
  });
});
