/** Numbers as they are printed everywhere in a report. Pure and independent of the locale. */
import { formatNumber } from '../lib/units.ts';
import type { Estimate } from '../model/finding.ts';

/** What stands where there is no value. */
export const noValue = '-';

/** About three significant digits, never in exponents: `0.069`, `6.11`, `10.9`, `2,003`. */
export function formatThreeDigits(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && size < 0.0005) return '<0.001';
  const digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
  return value === 0 ? '0' : fixed(value, digits);
}

/** The same for the round numbers of an axis: `2`, not `2.00`. */
export function formatTick(value: number): string {
  const text = formatThreeDigits(value);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Whole numbers from 100 on, one decimal below: rates. */
export function formatRate(value: number): string {
  return Math.abs(value) >= 99.95 || Number.isInteger(value)
    ? formatNumber(value)
    : fixed(value, 1);
}

/** `98.7 %`; all or nothing only if it is exactly that. */
export function formatPercent(ratio: number): string {
  const text = fixed(100 * ratio, 1);
  if (ratio < 1 && text === '100.0') return '>99.9 %';
  if (ratio > 0 && text === '0.0') return '<0.1 %';
  return `${text.endsWith('.0') ? text.slice(0, -2) : text} %`;
}

/**
 * How far the values spread: `1,993–2,012` where there is an interval, the values themselves where
 * there are two (`1,993, 2,012`), a dash otherwise.
 */
export function formatSpread(estimate: Estimate | null, format: (value: number) => string): string {
  if (estimate === null) return noValue;
  const { interval, values } = estimate;
  if (interval !== null) return joinOnce(format(interval.low), '–', format(interval.high));
  const [first, second] = values;
  if (values.length !== 2 || first === undefined || second === undefined) return noValue;
  return joinOnce(format(first), ', ', format(second));
}

/** A unit said once is enough. */
function joinOnce(first: string, between: string, second: string): string {
  const shared = /^(.*?)( %)$/.exec(first);
  return `${shared !== null && second.endsWith(' %') ? shared[1] : first}${between}${second}`;
}

/** UTC, to the second: `2026-11-23 09:30:00 UTC`. */
export function formatTime(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function fixed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  const [whole = '', decimals] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const sign = value < 0 && Number(text) !== 0 ? '-' : '';
  return `${sign}${grouped}${decimals === undefined ? '' : `.${decimals}`}`;
}
