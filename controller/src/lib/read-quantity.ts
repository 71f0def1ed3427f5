import {
  parseBitRate,
  parseDurationMs,
  parsePercent,
  parseRatePerSec,
  parseSizeBytes,
  type Quantity,
} from './units.ts';

/** What a number with a unit can be of, each in its base unit. */
export const dimensions: readonly ((text: string) => Quantity)[] = [
  parseDurationMs,
  parseSizeBytes,
  parsePercent,
  parseBitRate,
  parseRatePerSec,
];

/**
 * One text for a number however a scenario writes it, by what is written alone: `1000/s` and `1000`,
 * `1s` and `1000ms` are one; `1000ms` and `1000` are not. Undefined for what is no number.
 */
export function quantityKey(text: string): string | undefined {
  for (const [dimension, parse] of dimensions.entries()) {
    const parsed = parse(text);
    if (parsed.kind === 'ok') return `${parsed.value} of ${dimension}`;
  }
  return /^-?[\d.]/.test(text) && Number.isFinite(Number(text)) ? `${Number(text)}` : undefined;
}
