/**
 * What a comparison of two lists of figures found: the ratio new / old with its 95 % interval, and
 * how it was come by. Everything is computed on logarithms: throughput and latency spread by ratios.
 */
export interface Effect {
  /**
   * paired-blocks: both measured in turn in the same blocks; decides. history: one session against
   * earlier sessions. lone: two sessions; reported, and capped where they are close (decide.ts).
   * smoke: fewer than four repetitions on a side.
   */
  readonly design: 'paired-blocks' | 'history' | 'lone' | 'smoke';
  readonly ratio: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Two-sided; null where there are too few values to test. */
  readonly p: number | null;
  /** The statistic of a t test with its degrees of freedom; null for a test of ranks. */
  readonly t: number | null;
  readonly degreesOfFreedom: number | null;
  /** Blocks, earlier sessions, or repetitions of the smaller side. */
  readonly count: number;
  /** Spread between repetitions on logarithms, for planning how many more are needed. */
  readonly spread: number | null;
}
