import { describe, expect, it } from '@jest/globals';
import { createCommitLog } from '../../../../node-image/src/shell/commit-log.ts';

describe('commit log', () => {
  it('is empty at height 0', () => {
    expect(createCommitLog().report()).toEqual({ committedHeight: 0, digests: [] });
  });

  it('keeps the last 1,024 heights and every 256th before', () => {
    const log = createCommitLog();
    for (let height = 1; height <= 3_000; height++) log.append(height, `d${height}`);
    const { committedHeight, digests } = log.report();
    expect(committedHeight).toBe(3_000);
    const heights = digests.map(({ height }) => height);
    expect(heights.slice(0, 8)).toEqual([256, 512, 768, 1024, 1280, 1536, 1792, 1977]);
    expect(heights.length).toBe(7 + 1_024);
    for (const { height, digestHex } of digests) expect(digestHex).toBe(`d${height}`);
  });

  it('reports every height while there are few', () => {
    const log = createCommitLog();
    for (let height = 1; height <= 700; height++) log.append(height, `d${height}`);
    expect(log.report().digests.map(({ height }) => height)).toEqual(
      Array.from({ length: 700 }, (_, i) => i + 1),
    );
  });
});
