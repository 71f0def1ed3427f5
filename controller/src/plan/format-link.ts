/** Delays, losses and rates as a person reads them. Pure. */

/** `50-100 ms`, `80 ms`, `1.2-1.8 ms`. */
export function formatRange(lowMs: number, highMs: number): string {
  const low = formatMs(lowMs);
  const high = formatMs(highMs);
  return low === high ? `${low} ms` : `${low}-${high} ms`;
}

/** Milliseconds without their unit, to three digits or whole: `0.35`, `37.5`, `412`. */
export function formatMs(ms: number): string {
  return String(ms >= 100 ? Math.round(ms) : Number(ms.toPrecision(3)));
}

/** `0.1 %`, `0 %`, `3.96 %`; ratios are 0 to 1. */
export function formatRatio(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(3))} %`;
}

/** Decimal units, as networks count: `10 Mbit/s`, `1.5 Gbit/s`. */
export function formatBitRate(bitsPerSec: number): string {
  const names = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s'];
  let value = bitsPerSec;
  let index = 0;
  while (value >= 1000 && index < names.length - 1) {
    value /= 1000;
    index++;
  }
  return `${Number(value.toPrecision(4))} ${names[index]}`;
}
