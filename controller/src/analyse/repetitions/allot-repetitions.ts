/**
 * Where repeating pays (Kalibera & Jones, 2013): at the level where variance enters. Unbiased
 * variances of nested levels, lowest first, and how often each is worth repeating.
 */
export interface Level {
  /** S_i^2: variance of the means of this level within the one above; of the values at the lowest. */
  readonly variance: number;
  /** Repetitions of it that were done. */
  readonly count: number;
  /** What starting one more costs, in any unit. */
  readonly cost: number;
}

/**
 * T_1^2 = S_1^2, T_i^2 = S_i^2 - S_(i-1)^2 / r_(i-1); r_i = ceil(sqrt(c_(i+1) / c_i T_i^2 / T_(i+1)^2)).
 * @param levels lowest first, at least two
 * @returns repetitions of every level but the highest, whose number sets the width of the interval
 */
export function allotRepetitions(levels: readonly Level[]): readonly number[] {
  const own = levels.map(({ variance }, i) => {
    const below = levels[i - 1];
    return below === undefined ? variance : Math.max(0, variance - below.variance / below.count);
  });
  return levels.slice(0, -1).map(({ cost }, i) => {
    const above = levels[i + 1];
    const [here = 0, there = 0] = [own[i], own[i + 1]];
    if (above === undefined || here <= 0) return 1;
    // Nothing enters above: repeating here is all there is to gain, and the bound is the budget's.
    if (there <= 0) return Number.POSITIVE_INFINITY;
    return Math.max(1, Math.ceil(Math.sqrt(((above.cost / cost) * here) / there)));
  });
}
