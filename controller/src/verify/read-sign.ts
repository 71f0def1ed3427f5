import type { Witness } from '../model/timeline.ts';
import { formatBitRate, formatMs, formatRatio } from '../plan/format-link.ts';
import type { RateReading, RoundTrips } from '../shape/shaper.ts';
import type { Moved } from './change-signs.ts';

/** Whether what was measured shows that a change took effect. Pure. */

/**
 * How far towards what was asked for a quantity must have moved. Not more than half of the way: the
 * last answers to a change that holds shortly come back over links that are whole again.
 */
const SHARE_MIN = 0.4;
/** Fewer losses than these, expected under the lossier of two networks, tell nothing. */
const LOSSES_MIN = 5;

/** @param through of how many probes an answer came back */
export function witnessOfCut(
  kind: 'cut' | 'open',
  where: string,
  { sent, through }: { readonly sent: number; readonly through: number },
): Witness | null {
  if (sent === 0) return null;
  return {
    quantity: 'probes-through',
    text: `${through} of ${sent} probes ${where} came through`,
    value: through,
    limit: kind === 'cut' ? 0 : 1,
    isSeen: kind === 'cut' ? through === 0 : through > 0,
  };
}

export function witnessOfRoundTrips(
  { before, asked }: Moved,
  where: string,
  answers: readonly RoundTrips[],
): Witness | null {
  const sent = answers.reduce((sum, one) => sum + one.sent, 0);
  const rttMs = answers.flatMap((one) => one.rttMs);
  if (sent === 0) return null;
  const limit = before + SHARE_MIN * (asked - before);
  if (rttMs.length === 0) {
    const text = `none of ${sent} probes ${where} was answered`;
    return { quantity: 'round-trip', text, value: null, limit, isSeen: false };
  }
  const quickest = Math.min(...rttMs);
  const askedFor = `${formatMs(asked)} ms asked for and ${formatMs(before)} ms before`;
  return {
    quantity: 'round-trip',
    text: `the quickest of ${rttMs.length} round trips ${where} took ${formatMs(quickest)} ms, of ${askedFor}`,
    value: quickest,
    limit,
    isSeen: hasMoved({ before, asked }, quickest, limit),
  };
}

/** @returns null where too little was sent to tell */
export function witnessOfLoss(
  moved: Moved,
  where: string,
  { sent, lost, what }: { readonly sent: number; readonly lost: number; readonly what: string },
): Witness | null {
  const { before, asked } = moved;
  if (sent * Math.max(before, asked) < LOSSES_MIN) return null;
  const limit = before + SHARE_MIN * (asked - before);
  const ratio = lost / sent;
  const askedFor = `${formatRatio(asked)} asked for and ${formatRatio(before)} before`;
  return {
    quantity: 'loss',
    text: `${lost} of ${sent} ${what} ${where} were lost, ${formatRatio(ratio)}, of ${askedFor}`,
    value: ratio,
    limit,
    isSeen: hasMoved(moved, ratio, limit),
  };
}

/** @returns null where the link was too slow, or too busy, to tell */
export function witnessOfRate(
  moved: Moved,
  where: string,
  readings: readonly RateReading[],
): Witness | null {
  const rates = readings.flatMap(({ receivedBitsPerSec, elapsedMs }) =>
    elapsedMs > 0 && receivedBitsPerSec > 0 ? receivedBitsPerSec : [],
  );
  if (rates.length === 0) return null;
  const rate = Math.max(...rates);
  // Rates differ by factors; without a limit a probe offers twice the one that is asked for.
  const [before, asked] = [moved.before, moved.asked].map((one) =>
    Number.isFinite(one) ? one : offeredRate(moved),
  ) as [number, number];
  const limit = Math.sqrt(before * asked);
  // A busy host carries less than a link that was freed.
  if (asked > before && rate < limit) return null;
  return {
    quantity: 'rate',
    text: `${formatBitRate(rate)} got through ${where}, of ${wordRate(moved.asked)} asked for and ${wordRate(moved.before)} before`,
    value: rate,
    limit,
    isSeen: hasMoved({ before, asked }, rate, limit),
  };
}

/** @param differences sentences about what is not as asked */
export function witnessOfSettings(differences: readonly string[]): Witness {
  const [first] = differences;
  return {
    quantity: 'settings-read-back',
    text: first === undefined ? 'all links were read back as asked' : first.replace(/\.$/, ''),
    value: differences.length,
    limit: 0,
    isSeen: first === undefined,
  };
}

/** What a probe of the rate sends, where that is to show the difference. */
export function offeredRate({ before, asked }: Moved): number {
  const [lower, higher] = [Math.min(before, asked), Math.max(before, asked)];
  return Number.isFinite(higher) ? higher : 2 * lower;
}

function hasMoved({ before, asked }: Moved, value: number, limit: number): boolean {
  return asked > before ? value >= limit : value <= limit;
}

function wordRate(bitsPerSec: number): string {
  return Number.isFinite(bitsPerSec) ? formatBitRate(bitsPerSec) : 'no limit';
}
