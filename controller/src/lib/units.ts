/**
 * Quantities as people write them: `500ms`, `256MiB`, `500/s`. Parsing is strict, because a unit
 * that is guessed is a measurement that is wrong; a refusal says what would have been accepted.
 */

import {
  type Advise,
  adviceOf,
  adviseBitRate,
  adviseCores,
  adviseDuration,
  advisePercent,
  adviseRate,
  adviseSize,
  type Reading,
  regroup,
} from './unit-advice.ts';

/** Either the value in the base unit (ms, bytes, per second) or why the text is not one. */
export type Quantity =
  | { readonly kind: 'ok'; readonly value: number }
  | {
      readonly kind: 'refused';
      /** A clause that ends with what to write, if that is known. */
      readonly why: string;
      /** The same as data, the likeliest first. */
      readonly readings?: readonly Reading[];
    };

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

const rateUnits: Readonly<Record<string, number>> = { '': 1, '/s': 1 };

const percentUnits: Readonly<Record<string, number>> = { '%': 0.01 };

/** As they are written behind a number. */
export const unitNames: readonly string[] = [
  durationUnits,
  sizeUnits,
  bitRateUnits,
  percentUnits,
].flatMap((units) => Object.keys(units));

/** Whether a value would do where it stands: what would not is not advised. */
type IsPossible = (value: number) => boolean;
const always: IsPossible = () => true;

/** @returns milliseconds, >= 0, from text such as `500ms`, `1.5s`, `2m` or `1h` */
export function parseDurationMs(text: string, isPossible = always): Quantity {
  return parseQuantity(text, { units: durationUnits, advise: adviseDuration, isPossible });
}

/** @returns whole bytes, >= 0, from text such as `128B`, `64KiB`, `256MiB` or `1GiB` */
export function parseSizeBytes(text: string, isPossible = always): Quantity {
  const advise: Advise = (number, unit) => {
    const readings = adviseSize(number, unit);
    // Of a number without a unit, the smallest that is possible.
    return unit === '' ? readings.filter(({ value }) => isPossible(value)).slice(0, 1) : readings;
  };
  const parsed = parseQuantity(text, { units: sizeUnits, advise, isPossible });
  if (parsed.kind === 'ok' && !Number.isInteger(parsed.value)) {
    return { kind: 'refused', why: `${text} is not a whole number of bytes` };
  }
  return parsed;
}

/** @returns bits per second, >= 0, from text such as `10Mbit`, `512kbit` or `1Gbit/s` */
export function parseBitRate(text: string, isPossible = always): Quantity {
  const plain = text.replace(/(?<=bit)\/s$/, '');
  return parseQuantity(plain, { units: bitRateUnits, advise: adviseBitRate, isPossible });
}

/** @returns a ratio, >= 0, from text such as `0.1%`; 1 is 100 % */
export function parsePercent(text: string, isPossible = always): Quantity {
  const parsed = parseQuantity(text, { units: percentUnits, advise: advisePercent, isPossible });
  // 0.1 * 0.01 is not 0.001: a ratio has the digits of its percentage.
  return parsed.kind === 'ok' ? { ...parsed, value: Number(parsed.value.toPrecision(12)) } : parsed;
}

/** @returns events per second, >= 0, from text such as `500/s` or `500` */
export function parseRatePerSec(text: string, isPossible = always): Quantity {
  const kin = { units: rateUnits, advise: adviseRate, isPossible, unitsText: 'it is per second' };
  return parseQuantity(text, kin);
}

/** @returns cores, >= 0, from text such as `0.5` */
export function parseCores(text: string, isPossible = always): Quantity {
  const kin = { units: { '': 1 }, advise: adviseCores, isPossible };
  const parsed = parseQuantity(text, { ...kin, unitsText: 'it is not a plain number of cores' });
  return parsed.kind === 'ok' || parsed.readings !== undefined
    ? parsed
    : { kind: 'refused', why: 'it is not a plain number of cores' };
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
  let format = numberFormats.get(digits);
  if (format === undefined) {
    format = new Intl.NumberFormat('en-US', { maximumFractionDigits: digits });
    numberFormats.set(digits, format);
  }
  return format.format(value);
}

/** By number of digits; making one takes a hundred times as long as using it. */
const numberFormats = new Map<number, Intl.NumberFormat>();

function joinParts([first, rest, unit]: readonly [string, number, string]): string {
  return rest === 0 ? first : `${first} ${rest} ${unit}`;
}

interface Kin {
  readonly units: Readonly<Record<string, number>>;
  readonly advise: Advise;
  readonly isPossible: IsPossible;
  /** Said where no advice is possible, in place of a list of the units. */
  readonly unitsText?: string;
}

function parseQuantity(text: string, kin: Kin): Quantity {
  const trimmed = text.trim();
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*(.*)$/s.exec(trimmed) ?? [];
  if (number === undefined) {
    const why = trimmed.startsWith('-') ? 'it is negative' : 'it does not start with a number';
    return { kind: 'refused', why };
  }
  const { units, advise } = kin;
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor !== undefined) return { kind: 'ok', value: Number(number) * factor };
  const regrouped = regroup(trimmed);
  if (regrouped !== undefined) return refuseGrouped(regrouped, kin);
  const flaw = unit === '' ? 'it has no unit' : `the unit "${unit}" is not known`;
  return refuse(flaw, advise(number, unit), kin);
}

function refuse(flaw: string, meant: readonly Reading[], kin: Kin): Quantity {
  const { units, isPossible, unitsText = `the units are ${Object.keys(units).join(', ')}` } = kin;
  const readings = meant.filter(({ value }) => isPossible(value));
  const [first] = meant;
  if (readings.length > 0) {
    return { kind: 'refused', why: `${flaw}; ${adviceOf(readings)}`, readings };
  }
  const why =
    first === undefined
      ? `${flaw}; ${unitsText}`
      : `${flaw}; ${first.text} is beyond what is possible here`;
  return { kind: 'refused', why };
}

/** The number is read without its marks; what is wrong beside them is said as well. */
function refuseGrouped(
  { text, flaw }: { readonly text: string; readonly flaw: string },
  kin: Kin,
): Quantity {
  const inner = parseQuantity(text, kin);
  if (inner.kind === 'refused') return { ...inner, why: `${flaw}; and ${inner.why}` };
  const suffix = kin.units === rateUnits && !text.endsWith('/s') ? '/s' : '';
  return refuse(flaw, [{ text: `${text}${suffix}`, value: inner.value }], kin);
}
