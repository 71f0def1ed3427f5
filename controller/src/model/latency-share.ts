/**
 * Latencies are of what was committed. From this share of the transactions due on, what is missing
 * can move no percentile that is reported by more than one in a hundred.
 */
export const wholeLatencyMin = 0.99;

/** @param share committed of the transactions due; null where it is not known */
export function isLatencyWhole(share: number | null): boolean {
  return share === null || share >= wholeLatencyMin;
}
