import { type Commits, commitSlicesMax } from '../../contract/index.ts';

/** Blocks and transactions committed at this node, slice by slice of the measured window. */
export interface CommitSlices {
  /** @param atMs after the start of the window; never smaller than in the call before */
  add(atMs: number, transactionCount: number): void;
  read(): Commits;
}

/** A fifth of the shortest base timeout that makes sense on one host. */
const SLICE_MS = 20;

/** Slices of 20 ms; longer ones where a window would have too many of them. */
export function createCommitSlices(windowMs: number): CommitSlices {
  const steps = Math.ceil(windowMs / (SLICE_MS * commitSlicesMax));
  const sliceMs = SLICE_MS * Math.max(1, steps);
  const slices: [number, number, number][] = [];
  let last = 0;
  return {
    add(atMs, transactionCount) {
      const slice = Math.floor(atMs / sliceMs);
      const held = slices.at(-1);
      if (held !== undefined && slice <= last) {
        held[1] += 1;
        held[2] += transactionCount;
        return;
      }
      slices.push([slice - last, 1, transactionCount]);
      last = slice;
    },
    read: () => ({ sliceMs, slices: slices.map((slice) => [...slice]) }),
  };
}
