import type { LinkCheckRecord } from '../model/record.ts';
import { formatBitRate, formatMs, formatRatio } from './format-link.ts';

/** The quantities of a check in words, for the first line of a result and every table. */

type Quantity = LinkCheckRecord['quantity'];

/** `80.4 ms`, `0.12 %`, `9.97 Mbit/s` */
export function describeMeasured(quantity: Quantity, value: number): string {
  switch (quantity) {
    case 'rtt-median':
      return `${formatMs(value)} ms`;
    case 'rtt-range':
    case 'loss':
      return formatRatio(value);
    case 'rate':
      return formatBitRate(value);
  }
}

/** What passes: `77.6 to 82.4 ms`, `at most 0.3 %`, `at least 90 %`. */
export function describeTolerance(
  quantity: Quantity,
  { low, high }: Pick<LinkCheckRecord, 'low' | 'high'>,
): string {
  const isShare = quantity === 'loss' || quantity === 'rtt-range';
  const hasFloor = low > 0;
  const hasCeiling = Number.isFinite(high) && !(isShare && high >= 1);
  if (!hasFloor && !hasCeiling) return 'anything';
  const top = describeMeasured(quantity, high);
  const bottom = describeMeasured(quantity, low);
  if (!hasFloor) return `at most ${top}`;
  if (!hasCeiling) return `at least ${bottom}`;
  const unit = / (\S+)$/.exec(top)?.[0] ?? '';
  return bottom.endsWith(unit)
    ? `${bottom.slice(0, -unit.length)} to ${top}`
    : `${bottom} to ${top}`;
}
