/** Byzantine members a committee of n can bear: f = floor((n - 1) / 3). */
export function faultyMax(committeeSize: number): number {
  return Math.floor((committeeSize - 1) / 3);
}

/**
 * Votes that make a certificate: q = floor((n + f) / 2) + 1. Any two quorums share more than f
 * members for every n; the often-seen 2f + 1 does so only for n = 3f + 1.
 */
export function quorumSize(committeeSize: number): number {
  return Math.floor((committeeSize + faultyMax(committeeSize)) / 2) + 1;
}
