import type { NetworkCommits } from './network-commits.ts';

/** Questions to the series of what a network committed. Times: ms after the window's start. */

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Share of the former throughput at which it is back. */
const backRatio = 0.9;
/**
 * A commit counts as the return if the time after it, both the short and the long one, carries as
 * much. The long one alone would hide a pause in the backlog that is committed after it; the short
 * one alone is carried by chance now and then.
 */
const shortMs = 250;
const longMs = 1_000;

/** Committed per second over the whole slices between two times; null if there is none. */
export function rateBetween(
  { transactions, sliceMs }: NetworkCommits,
  { fromMs, toMs }: Stretch,
): number | null {
  const first = Math.ceil(fromMs / sliceMs);
  const end = Math.min(transactions.length, Math.floor(toMs / sliceMs));
  if (end <= first) return null;
  let sum = 0;
  for (let slice = first; slice < end; slice++) sum += transactions[slice] ?? 0;
  return sum / (((end - first) * sliceMs) / 1000);
}

/**
 * The time of the first commit at or after a time from which on throughput is back.
 * @param formerAt throughput before, scaled to what is offered between two times
 * @returns null if it is not before the window ends
 */
export function findRecovery(
  network: NetworkCommits,
  fromMs: number,
  formerAt: (fromMs: number, toMs: number) => number,
): number | null {
  const { transactions, sliceMs } = network;
  const endMs = transactions.length * sliceMs;
  const carries = (atMs: number, lengthMs: number): boolean => {
    const toMs = Math.min(endMs, atMs + Math.max(lengthMs, sliceMs));
    const rate = rateBetween(network, { fromMs: atMs, toMs });
    return rate !== null && rate >= backRatio * formerAt(atMs, toMs);
  };
  for (let slice = Math.ceil(fromMs / sliceMs); slice < transactions.length; slice++) {
    const atMs = slice * sliceMs;
    if (atMs + Math.max(shortMs, sliceMs) > endMs) return null;
    if ((transactions[slice] ?? 0) > 0 && carries(atMs, shortMs) && carries(atMs, longMs)) {
      return atMs;
    }
  }
  return null;
}

/**
 * Longest time between two commits, the begin of the stretch standing for the one before it. The
 * last of them goes on to the next commit, be it after the stretch, or to the end of the window.
 * Commits in neighbouring slices have no time between them.
 */
export function longestSilence(
  { commits, sliceMs, windowMs }: NetworkCommits,
  { fromMs, toMs }: Stretch,
): number {
  let longest = 0;
  let lastMs = fromMs;
  for (let slice = Math.ceil(fromMs / sliceMs); slice < commits.length; slice++) {
    const atMs = slice * sliceMs;
    if ((commits[slice] ?? 0) === 0) continue;
    if (atMs - lastMs > sliceMs) longest = Math.max(longest, atMs - lastMs);
    lastMs = atMs;
    if (atMs >= toMs) return longest;
  }
  return windowMs - lastMs > sliceMs ? Math.max(longest, windowMs - lastMs) : longest;
}

/** The last slice with a commit that is over at a time; null if there is none. */
export function lastCommitMs({ commits, sliceMs }: NetworkCommits, atMs: number): number | null {
  const slice = commits.findLastIndex((count, i) => count > 0 && (i + 1) * sliceMs <= atMs);
  return slice < 0 ? null : slice * sliceMs;
}
