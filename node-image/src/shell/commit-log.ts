import type { LogDigests } from '../contract/index.ts';

/** Running digests of the committed log, kept as the contract asks. */
export interface CommitLog {
  /** Heights ascend without gaps. */
  append(height: number, digestHex: string): void;
  report(): LogDigests;
}

const RECENT = 1_024;
const CHECKPOINT_EVERY = 256;

/** Keeps the last 1,024 heights, and before those every 256th: 4 entries per 1,024 blocks. */
export function createCommitLog(): CommitLog {
  const recent: string[] = new Array<string>(RECENT).fill('');
  const checkpoints: { height: number; digestHex: string }[] = [];
  let committedHeight = 0;
  let firstHeight = 0;
  return {
    append(height, digestHex) {
      if (firstHeight === 0) firstHeight = height;
      committedHeight = height;
      recent[height % RECENT] = digestHex;
      if (height % CHECKPOINT_EVERY === 0) checkpoints.push({ height, digestHex });
    },
    report() {
      const recentFrom = Math.max(firstHeight, committedHeight - RECENT + 1);
      const digests = checkpoints.filter(({ height }) => height < recentFrom);
      for (let height = recentFrom; height > 0 && height <= committedHeight; height++) {
        digests.push({ height, digestHex: recent[height % RECENT] ?? '' });
      }
      return { committedHeight, digests };
    },
  };
}
