/** Small dense systems, by Gauss and Jordan with pivoting: three unknowns at most here. */

/**
 * The inverse of a square matrix.
 * @returns null if it has none, to the precision of a double
 */
export function invert(matrix: readonly (readonly number[])[]): number[][] | null {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let column = 0; column < n; column++) {
    const pivot = rows
      .map((row, index) => ({ size: Math.abs(row[column] ?? 0), index }))
      .slice(column)
      .reduce((a, b) => (b.size > a.size ? b : a));
    const row = rows[pivot.index];
    if (row === undefined || pivot.size < 1e-300) return null;
    rows[pivot.index] = rows[column] ?? row;
    const scale = row[column] ?? 1;
    const scaled = row.map((value) => value / scale);
    rows[column] = scaled;
    for (const [index, other] of rows.entries()) {
      const factor = other[column] ?? 0;
      if (index === column || factor === 0) continue;
      rows[index] = other.map((value, j) => value - factor * (scaled[j] ?? 0));
    }
  }
  const result = rows.map((row) => row.slice(n));
  return result.every((row) => row.every(Number.isFinite)) ? result : null;
}

export function multiply(
  matrix: readonly (readonly number[])[],
  vector: readonly number[],
): number[] {
  return matrix.map((row) => row.reduce((sum, value, i) => sum + value * (vector[i] ?? 0), 0));
}
