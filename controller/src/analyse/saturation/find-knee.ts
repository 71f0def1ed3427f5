/**
 * Kneedle (Satopaa et al. 2011): where a curve, scaled to the unit square, stands highest above its
 * diagonal. It depends on the range that was looked at, so it is drawn and decides nothing.
 * @param points ascending in x, at least two different
 */
export function findKnee(points: readonly { readonly x: number; readonly y: number }[]): number {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  let knee = left;
  let most = Number.NEGATIVE_INFINITY;
  for (const { x, y } of points) {
    const above = (y - low) / (high - low || 1) - (x - left) / (right - left || 1);
    if (above > most) [knee, most] = [x, above];
  }
  return knee;
}
