/** Which rows of a long table are drawn: those that can be seen, and some around. Pure. */

export interface RowWindow {
  readonly first: number;
  /** Behind the last. */
  readonly end: number;
}

/** Up to here all are drawn: nothing is won by less. */
const allMax = 60;
const around = 10;

export interface Scrolled {
  readonly topPixels: number;
  readonly heightPixels: number;
  readonly rowPixels: number;
}

export function windowRows(
  count: number,
  { topPixels, heightPixels, rowPixels }: Scrolled,
): RowWindow {
  if (count <= allMax) return { first: 0, end: count };
  const seen = Math.ceil(heightPixels / rowPixels);
  // By whole tens, so that a little scrolling draws nothing anew.
  const at = Math.floor(topPixels / rowPixels / 10) * 10;
  const first = Math.max(0, Math.min(at - around, count - seen));
  return { first, end: Math.min(count, at + seen + 2 * around) };
}
