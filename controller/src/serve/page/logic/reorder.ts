/** A queue with one entry moved. Pure. */

/** @returns the ids with `id` `by` places further back (negative: further ahead), as far as there is room */
export function moveEntry(order: readonly string[], id: string, by: number): string[] {
  const from = order.indexOf(id);
  if (from < 0) return [...order];
  const rest = order.filter((other) => other !== id);
  const to = Math.max(0, Math.min(rest.length, from + by));
  return [...rest.slice(0, to), id, ...rest.slice(to)];
}
