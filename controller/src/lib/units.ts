/**
 * Quantities as people write them: `500ms`, `256MiB`, `500/s`. Parsing is strict, because a unit
 * that is guessed is a measurement that is wrong; a refusal says what would have been accepted.
 */

/** Either the value in the base unit (ms, bytes, per second) or why the text is not one. */
export type Quantity =
  | { readonly kind: 'ok'; readonly value: number }
  | { readonly kind: 'refused'; readonly why: string };

const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3 };

const sizeUnits: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** Decimal, as networks count. */
const bitRateUnits: Readonly<Record<string, number>> = {
  bit: 1,
  kbit: 1e3,
  Mbit: 1e6,
  Gbit: 1e9,
};

const percentUnits: Readonly<Record<string, number>> = { '%': 0.01 };

/** Units of other tools, and what they are called here. */
const durationAliases: Readonly<Record<string, string>> = {
  s: 's',
  h: 'h',
  ms: 'ms',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  hour: 'h',
  hours: 'h',
  msec: 'ms',
  millis: 'ms',
  milliseconds: 'ms',
};
const sizeAliases: Readonly<Record<string, string>> = {
  b: 'B',
  byte: 'B',
  bytes: 'B',
  k: 'KiB',
  kb: 'KiB',
  kib: 'KiB',
  m: 'MiB',
  mb: 'MiB',
  mib: 'MiB',
  g: 'GiB',
  gb: 'GiB',
  gib: 'GiB',
};

const percentAliases: Readonly<Record<string, string>> = { percent: '%', pct: '%' };

/** The same quantity in a unit of ours, as it is to be written; undefined if that is not certain. */
type Advise = (number: string, unit: string) => string | undefined;

/** @returns milliseconds, >= 0, from text such as `500ms`, `1.5s`, `2m` or `1h` */
export function parseDurationMs(text: string): Quantity {
  return parseQuantity(text, durationUnits, adviseFrom(durationAliases));
}

/** @returns whole bytes, >= 0, from text such as `128B`, `64KiB`, `256MiB` or `1GiB` */
export function parseSizeBytes(text: string): Quantity {
  const parsed = parseQuantity(text, sizeUnits, adviseSize);
  if (parsed.kind === 'ok' && !Number.isInteger(parsed.value)) {
    return { kind: 'refused', why: `${text} is not a whole number of bytes` };
  }
  return parsed;
}

/** @returns bits per second, >= 0, from text such as `10Mbit`, `512kbit` or `1Gbit/s` */
export function parseBitRate(text: string): Quantity {
  return parseQuantity(text.replace(/(?<=bit)\/s$/, ''), bitRateUnits, adviseBitRate);
}

/** @returns a ratio, >= 0, from text such as `0.1%`; 1 is 100 % */
export function parsePercent(text: string): Quantity {
  const parsed = parseQuantity(text, percentUnits, adviseFrom(percentAliases));
  // 0.1 * 0.01 is not 0.001: a ratio has the digits of its percentage.
  return parsed.kind === 'ok' ? { ...parsed, value: Number(parsed.value.toPrecision(12)) } : parsed;
}

/** @returns events per second, >= 0, from text such as `500/s` or `500` */
export function parseRatePerSec(text: string): Quantity {
  const trimmed = text.trim();
  const grouped = /^(\d{1,3}(?:,\d{3})+(?:\.\d+)?)\s*(?:\/s)?$/.exec(trimmed)?.[1];
  if (grouped !== undefined) {
    const plain = grouped.replaceAll(',', '');
    return { kind: 'refused', why: `digits are not grouped with commas; write ${plain}/s` };
  }
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*(.*)$/s.exec(trimmed) ?? [];
  if (number === undefined) return { kind: 'refused', why: 'it does not start with a number' };
  if (unit === '' || unit === '/s') return { kind: 'ok', value: Number(number) };
  const written = adviseRate(number, unit);
  const advice = written === undefined ? 'it is per second' : `write ${written}`;
  return { kind: 'refused', why: `the unit "${unit}" is not known; ${advice}` };
}

/** The shortest exact-enough way to say a duration: `800 ms`, `15 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joinParts([`${minutes} min`, seconds % 60, 's']);
  return joinParts([`${Math.floor(minutes / 60)} h`, minutes % 60, 'min']);
}

/** Binary units with three significant digits at most: `512 B`, `256 MiB`, `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let index = 0;
  while (value >= 1024 && index < names.length - 1) {
    value /= 1024;
    index++;
  }
  const digits = value >= 100 || index === 0 ? 0 : 1;
  return `${Number(value.toFixed(digits))} ${names[index]}`;
}

/** Groups of three digits with a comma, at most `digits` decimals: `12,345.6`. */
export function formatNumber(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

function joinParts([first, rest, unit]: readonly [string, number, string]): string {
  return rest === 0 ? first : `${first} ${rest} ${unit}`;
}

function parseQuantity(
  text: string,
  units: Readonly<Record<string, number>>,
  advise: Advise,
): Quantity {
  const match = /^(\d+(?:\.\d+)?)\s*(.*)$/s.exec(text.trim());
  if (match === null) {
    const negative = text.trim().startsWith('-');
    return {
      kind: 'refused',
      why: negative ? 'it is negative' : 'it does not start with a number',
    };
  }
  const number = match[1] ?? '';
  const unit = match[2] ?? '';
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor !== undefined) return { kind: 'ok', value: Number(number) * factor };
  const known = Object.keys(units).join(', ');
  if (unit === '') return { kind: 'refused', why: `it has no unit; the units are ${known}` };
  const written = advise(number, unit);
  const advice = written === undefined ? `the units are ${known}` : `write ${written}`;
  return { kind: 'refused', why: `the unit "${unit}" is not known; ${advice}` };
}

function adviseFrom(aliases: Readonly<Record<string, string>>): Advise {
  return (number, unit) => {
    const lower = unit.toLowerCase();
    return Object.hasOwn(aliases, lower) ? `${number}${aliases[lower]}` : undefined;
  };
}

/** `Mb` are bits. */
function adviseSize(number: string, unit: string): string | undefined {
  return /^[KMGkmg]b$/.test(unit) && unit !== unit.toLowerCase()
    ? undefined
    : adviseFrom(sizeAliases)(number, unit);
}

/** `10MBps` is 80Mbit: a capital B stands for bytes, a small one for bits. */
function adviseBitRate(number: string, unit: string): string | undefined {
  const match = /^([kmg]?)(i?)(b|bits?|bytes?|)(ps|\/s|\/sec)?$/i.exec(unit);
  if (match === null) return undefined;
  const [, prefix = '', binary, base = '', per = ''] = match;
  const power = ['', 'k', 'm', 'g'].indexOf(prefix.toLowerCase());
  const isBytes = base === 'B' || base.toLowerCase().startsWith('byte');
  if (base === '' && (prefix === '' || per !== '')) return undefined;
  const inflation = binary === '' ? 1 : 1.024 ** power;
  const value = Number(number) * inflation * (isBytes ? 8 : 1);
  return writeExactly(value, ['bit', 'kbit', 'Mbit', 'Gbit'][power] ?? '');
}

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
const thousands: Readonly<Record<string, number>> = { '': 1, k: 1e3, K: 1e3, M: 1e6 };

/** `1k` is 1000/s, `600/min` 10/s; `500/min` is no rate that can be written down exactly. */
function adviseRate(number: string, unit: string): string | undefined {
  const match =
    /^([kKM]?)\s*(?:|tps|(?:tx|req)?\s*(?:\/|per)\s*(?:(s)(?:ec|econd)?|(m)in(?:ute)?|(h)(?:our)?))$/.exec(
      unit,
    );
  if (match === null) return undefined;
  const [, prefix = '', second, minute, hour] = match;
  const seconds = secondsIn[second ?? minute ?? hour ?? 's'] ?? 1;
  return writeExactly((Number(number) * (thousands[prefix] ?? 1)) / seconds, '/s');
}

/** Undefined if the value takes more than six decimals, or an exponent. */
function writeExactly(value: number, unit: string): string | undefined {
  const rounded = Number(value.toFixed(6));
  const isExact = Math.abs(rounded - value) <= 1e-12 * value;
  const text = String(rounded);
  return isExact && !text.includes('e') ? `${text}${unit}` : undefined;
}
