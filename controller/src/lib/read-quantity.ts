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
 * A number as a scenario may write it, in base units (ms, bytes, ratio, bit/s, 1/s), by its text
 * alone: `0.5`, `80ms`, `1000/s`. Undefined for anything else.
 */
export function readQuantity(text: string): number | undefined {
  for (const parse of dimensions) {
    const parsed = parse(text);
    if (parsed.kind === 'ok') return parsed.value;
  }
  return /^-?[\d.]/.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
}
