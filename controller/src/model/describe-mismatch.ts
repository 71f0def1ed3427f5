import { describeTolerance } from '../plan/describe-check.ts';
import { formatBitRate, formatMs, formatRatio } from '../plan/format-link.ts';
import type { LinkCheckRecord } from './record.ts';

/** What is wrong with a measured network, in words. Pure. */

const WORST_TOLD = 3;

/** Marks what is asked of many links that were judged as one. */
export const pooledNote = ', such links together';

/**
 * One sentence with what is most off; null if nothing is. What was not measured at all (no
 * samples) is no mismatch.
 */
export function describeMismatch(checks: readonly LinkCheckRecord[]): string | null {
  const off = checks.filter(({ isWithin, samples }) => !isWithin && samples > 0);
  if (off.length === 0) return null;
  const worst = [...off].sort((a, b) => distanceOf(b) - distanceOf(a)).slice(0, WORST_TOLD);
  const rest = off.length - worst.length;
  const more = rest === 0 ? '' : `; and ${rest} more`;
  return `The network is not as planned: ${worst.map(wordCheck).join('; ')}${more}.`;
}

/** How far outside of what passes, over its width; silence is farthest. */
function distanceOf({ measured, low, high, planned }: LinkCheckRecord): number {
  if (measured === null) return Number.POSITIVE_INFINITY;
  const width = Math.max((high - low) / 2, Math.abs(planned) * 1e-3, 1e-9);
  return Math.max(low - measured, measured - high, 0) / width;
}

function wordCheck(check: LinkCheckRecord): string {
  const { fromRegion, toRegion, fromNode, toNode, quantity, asked, measured, planned } = check;
  const where = `${fromRegion} to ${toRegion} (nodes ${fromNode} and ${toNode})`;
  if (asked === 'cut') return `${where} is to be cut, but lets packets through`;
  if (measured === null) return `${where} does not answer`;
  switch (quantity) {
    case 'rtt-median':
      return `${where} has a median round trip of ${formatMs(measured)} ms where ${formatMs(planned)} ms is planned`;
    case 'rtt-range':
      // What passes, not what was planned: less may pass of few round trips, and there is one limit.
      return `${where} has ${formatRatio(measured)} of its round trips in ${asked} (passes: ${describeTolerance(quantity, check)})`;
    case 'loss':
      if (asked.endsWith(pooledNote)) {
        return `links such as ${where} lose ${formatRatio(measured)} together where ${formatRatio(planned)} is planned`;
      }
      return `${where} loses ${formatRatio(measured)} where ${formatRatio(planned)} is planned`;
    case 'rate':
      return `${where} carries ${formatBitRate(measured)} where ${formatBitRate(planned)} is planned`;
  }
}
