/** Everybody in turn. */
export function leaderOf(round: number, committeeSize: number): number {
  return round % committeeSize;
}
