import type { VerdictReason } from './record.ts';

/** Of two reasons with one code the one that weighs more: its verdict, then how far it went. */
export function worseReason<R extends VerdictReason>(a: R, b: R): R {
  if (a.verdict !== b.verdict) return a.verdict === 'invalid' ? a : b;
  return excess(b) > excess(a) ? b : a;
}

/** How far beyond its limit a value is; reasons without numbers have none. */
function excess({ value, limit }: VerdictReason): number {
  return value === null || limit === null ? 0 : Math.abs(value - limit);
}
