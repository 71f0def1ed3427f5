import { describe, expect, it } from '@jest/globals';
import { commitSlicesMax, commitsSchema } from '../../../../../node-image/src/contract/index.ts';
import { createCommitSlices } from '../../../../../node-image/src/shell/load/commit-slices.ts';

describe('createCommitSlices', () => {
  it('has an entry for each slice of 20 ms in which blocks were committed', () => {
    const commits = createCommitSlices(10_000);
    for (const [atMs, count] of [
      [0, 10],
      [19.9, 11],
      [20, 10],
      [95, 0],
      [9_999, 3],
    ] as const) {
      commits.add(atMs, count);
    }
    expect(commits.read()).toEqual({
      sliceMs: 20,
      slices: [
        [0, 2, 21],
        [1, 1, 10],
        [3, 1, 0],
        [495, 1, 3],
      ],
    });
  });

  it('counts the first from the start of the window', () => {
    const commits = createCommitSlices(1_000);
    expect(commits.read()).toEqual({ sliceMs: 20, slices: [] });
    commits.add(100, 1);
    expect(commits.read().slices).toEqual([[5, 1, 1]]);
  });

  it('stays bounded however long the window is', () => {
    const dayMs = 24 * 3600 * 1000;
    const commits = createCommitSlices(dayMs);
    for (let atMs = 0; atMs < dayMs; atMs += 1_000) commits.add(atMs, 1);
    const told = commits.read();
    expect(told.slices.length).toBeLessThanOrEqual(commitSlicesMax);
    expect(commitsSchema.safeParse(told).success).toBe(true);
    expect(told.slices.reduce((sum, [, blocks]) => sum + blocks, 0)).toBe(dayMs / 1_000);
  });
});
