/**
 * Shares of a whole -> numbers of nodes. Percentages are rounded by largest remainder (ties to the
 * earlier), `rest` takes what is left. Pure arithmetic.
 */
import type { NodeShare } from '../model/network-spec.ts';

/** How far the sum of percentages may be from 100 %, for 33 % three times. */
const sumTolerance = 0.01;

/** @returns why percentages cannot be right at any size, as a clause, if so: `add up to 90 %` */
export function contradiction(shares: readonly NodeShare[]): string | undefined {
  const sum = ratioOf(shares);
  const text = `add up to ${Number((100 * sum).toFixed(2))} %`;
  if (sum > 1 + sumTolerance + tolerance) return text;
  const isShort = shares.every(({ kind }) => kind === 'share') && shares.length > 0;
  return isShort && sum < 1 - sumTolerance - tolerance ? text : undefined;
}

function ratioOf(shares: readonly NodeShare[]): number {
  return shares.reduce((sum, one) => sum + (one.kind === 'share' ? one.ratio : 0), 0);
}

/**
 * @returns how many of `total` each share comes to, with their sum equal to it; or a clause that
 * says why they cannot: `ask for 5`
 */
export function divide(shares: readonly NodeShare[], total: number): number[] | string {
  const fixed = shares.reduce((sum, one) => sum + (one.kind === 'count' ? one.count : 0), 0);
  // Percentages alone that nearly add up to 100 % are meant to: 33.3 % three times is a third each.
  const whole = shares.every(({ kind }) => kind === 'share') ? ratioOf(shares) : 1;
  const quotas = shares.map((one) => (one.kind === 'share' ? (one.ratio / whole) * total : 0));
  const quota = quotas.reduce((sum, one) => sum + one, 0);
  const hasRest = shares.some(({ kind }) => kind === 'rest');
  if (fixed + Math.floor(quota + tolerance) > total) {
    return `ask for ${Number((fixed + quota).toFixed(1))}`;
  }
  // With a rest, shares round among themselves; without one they must fill what counts leave.
  const shared = hasRest ? Math.min(Math.floor(quota + 0.5), total - fixed) : total - fixed;
  if (!hasRest && Math.abs(shared - quota) > (quota === 0 ? 0 : 1 - tolerance)) {
    return `take ${Number((fixed + quota).toFixed(1))}, and no region takes the rest`;
  }
  const rounded = roundTo(quotas, shared);
  const rest = total - fixed - shared;
  return shares.map((one, index) => {
    if (one.kind === 'count') return one.count;
    return one.kind === 'share' ? (rounded[index] ?? 0) : rest;
  });
}

/** Shares such as 1/3 do not add up to 1 exactly. */
const tolerance = 1e-6;

/** Largest remainder: whole numbers with the given sum, each within 1 of its quota. */
function roundTo(quotas: readonly number[], sum: number): number[] {
  const whole = quotas.map((quota) => Math.floor(quota + tolerance));
  const missing = sum - whole.reduce((total, one) => total + one, 0);
  const byRemainder = quotas
    .map((quota, index) => ({ index, remainder: quota - (whole[index] ?? 0) }))
    .filter(({ index }) => (quotas[index] ?? 0) > 0)
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  const raised = new Set(byRemainder.slice(0, Math.max(0, missing)).map(({ index }) => index));
  return whole.map((count, index) => count + (raised.has(index) ? 1 : 0));
}
