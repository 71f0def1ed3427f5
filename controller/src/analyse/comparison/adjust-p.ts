/**
 * Benjamini and Hochberg (1995): p values of one family, so that of those called significant at q at
 * most the share q is wrong on average. adjusted(i) = min over j >= i of p(j) m / j, in the order of size.
 * @param values any order; the family has to be fixed before looking
 * @returns adjusted values, each at the place of its own
 */
export function adjustForMany(values: readonly number[]): number[] {
  const order = values
    .map((_, index) => index)
    .sort((a, b) => valueAt(values, a) - valueAt(values, b));
  const adjusted = [...values];
  let least = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const index = order[rank - 1] ?? 0;
    least = Math.min(least, (valueAt(values, index) * order.length) / rank);
    adjusted[index] = least;
  }
  return adjusted;
}

function valueAt(values: readonly number[], index: number): number {
  return values[index] ?? Number.NaN; // in range by construction
}
