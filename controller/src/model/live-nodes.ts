/**
 * The nodes as their last metrics show them, for people who watch: one value per node, by index,
 * null where it is not known. No figure of a report comes from here.
 */
export interface LiveNodes {
  /** Answered the last scrape; null before the first. */
  readonly answered: readonly (boolean | null)[];
  readonly height: readonly (number | null)[];
  readonly round: readonly (number | null)[];
  /** Over the last few scrapes, as all rates here. */
  readonly proposedPerSec: readonly (number | null)[];
  readonly committedPerSec: readonly (number | null)[];
  readonly cpuCores: readonly (number | null)[];
  /** Of scheduling periods, 0-1. */
  readonly throttledRatio: readonly (number | null)[];
  readonly memoryBytes: readonly (number | null)[];
  readonly mempool: readonly (number | null)[];
  readonly linksUp: readonly (number | null)[];
  /** How long the last metrics took to come. */
  readonly scrapeMs: readonly (number | null)[];
  /** Of all nodes together: estimates from histogram buckets, which double from one to the next. */
  readonly latencyP50Ms: number | null;
  readonly latencyP99Ms: number | null;
  /** Rounds that timed out per second, the most of any node. */
  readonly timeoutsPerSec: number | null;
}
