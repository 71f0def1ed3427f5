/** Round-robin rotation: who proposes in a round. */
export function leaderOf(round: number, committeeSize: number): number {
  return round % committeeSize;
}
