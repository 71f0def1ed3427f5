/**
 * How different two neighbouring stretches of a series are, for E-divisive (Matteson & James 2014):
 * Q = 2/(n+m) SUM|x-y| - 2m/((n+m)(n-1)) SUM_{i<j}|xi-xj| - 2n/((n+m)(m-1)) SUM_{i<j}|yi-yj|;
 * a term is 0 where its side has one value. Of Z[from, split) and Z[split, to).
 */
export type SplitDistance = (from: number, split: number, to: number) => number;

/** Sums over all rectangles of distances are prepared once: each Q is then a few additions. */
export function createSplitDistance(series: readonly number[]): SplitDistance {
  const size = series.length;
  const sums = Array.from({ length: size + 1 }, () => new Float64Array(size + 1));
  for (let i = 0; i < size; i++) {
    const [above, row] = [sums[i], sums[i + 1]];
    let line = 0;
    for (let j = 0; j < size; j++) {
      line += Math.abs((series[i] ?? 0) - (series[j] ?? 0));
      if (row !== undefined) row[j + 1] = (above?.[j + 1] ?? 0) + line;
    }
  }
  const at = (i: number, j: number): number => sums[i]?.[j] ?? 0;
  const block = (a: number, b: number, c: number, d: number): number =>
    at(b, d) - at(a, d) - at(b, c) + at(a, c);
  return (from, split, to) => {
    const [n, m] = [split - from, to - split];
    const across = block(from, split, split, to);
    const left = n > 1 ? (m / (n - 1)) * block(from, split, from, split) : 0;
    const right = m > 1 ? (n / (m - 1)) * block(split, to, split, to) : 0;
    // Each pair stands twice in its square of the matrix: the factor 2 of the formula is in it.
    return (2 * across - left - right) / (n + m);
  };
}

export interface Split {
  readonly at: number;
  readonly q: number;
}

/** The largest Q over all ways to split, and to end the right side, of Z[from, to). */
export function bestSplit(distance: SplitDistance, from: number, to: number): Split | null {
  let best: Split | null = null;
  for (let split = from + 1; split < to; split++) {
    for (let end = split + 1; end <= to; end++) {
      const q = distance(from, split, end);
      if (best === null || q > best.q) best = { at: split, q };
    }
  }
  return best;
}
