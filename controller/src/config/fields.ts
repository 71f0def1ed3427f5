/**
 * What the fields of a scenario file are made of: notes for the reference, and values with units.
 * zod says where a value is wrong, `params.why` of an issue says why.
 */
import { z } from 'zod';
import type { Reading } from '../lib/unit-advice.ts';
import {
  parseBitRate,
  parseCores,
  parseDurationMs,
  parsePercent,
  parseRatePerSec,
  parseSizeBytes,
  type Quantity,
} from '../lib/units.ts';

/** What documentation and error messages say about a field. */
export interface FieldNotes {
  /** One or two sentences for the reference. */
  readonly description: string;
  /** Completes "expected ...": `a duration such as 5s`. */
  readonly form: string;
  /** For the reference, where the default is not one value. */
  readonly defaultText?: string;
}

/** `.meta` last, because zod keeps notes on the outermost schema only. */
export function note<T extends z.ZodType>(schema: T, notes: FieldNotes): T {
  return schema.meta({ ...notes });
}

/** A value, or why there is none: the words of an issue. */
export type Parsed<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | {
      readonly kind: 'refused';
      readonly problem: string;
      readonly why: string;
      /** What it may have meant, as it is to be written. */
      readonly readings?: readonly Reading[];
      /** Words that were possible here. */
      readonly candidates?: readonly string[];
    };

/** A field whose text has a form of its own; issues carry `params` for the message. */
export function written<T>(parse: (value: unknown) => Parsed<T>): z.ZodType<T, unknown> {
  return z.unknown().transform((value, context): T => {
    const parsed = parse(value);
    if (parsed.kind === 'ok') return parsed.value;
    const { kind: _, ...params } = parsed;
    context.addIssue({ code: 'custom', message: params.why, params });
    return z.NEVER;
  });
}

export interface Range {
  readonly min: number;
  readonly max: number;
  /** Whether a plain number is a value in the base unit. */
  readonly plainNumber?: boolean;
}

type ParseQuantity = (text: string, isPossible?: (value: number) => boolean) => Quantity;

/** Reads a value with a unit and holds it against its range. */
export function readQuantity(value: unknown, parse: ParseQuantity, range: Range): Parsed<number> {
  const refuse = (problem: string, why: string) => ({ kind: 'refused', problem, why }) as const;
  const isPossible = (one: number): boolean => one >= range.min && one <= range.max;
  let parsed: Quantity;
  if (typeof value === 'string') parsed = parse(value, isPossible);
  else if (typeof value !== 'number') return refuse('wrong-type', '');
  else if (range.plainNumber === true) parsed = { kind: 'ok', value };
  else if (!Number.isFinite(value)) return refuse('wrong-unit', 'it has no unit');
  else parsed = parse(numberText(value), isPossible);
  if (parsed.kind === 'refused') return { ...parsed, problem: 'wrong-unit' };
  if (Number.isNaN(parsed.value)) return refuse('out-of-range', 'it is not a number');
  if (parsed.value < range.min) return refuse('out-of-range', 'it is too small');
  if (parsed.value > range.max) return refuse('out-of-range', 'it is too large');
  return parsed;
}

/** Without an exponent: 0.0000001 is written as it was. */
export function numberText(value: number): string {
  return value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 });
}

const durationPattern = '^\\d+(\\.\\d+)?\\s*(ms|s|m|h)$';

export function duration(minMs: number, maxMs: number) {
  return quantity(parseDurationMs, { min: minMs, max: maxMs }).meta({
    type: 'string',
    pattern: durationPattern,
  });
}

/** A duration, or a word that stays as it is. */
export function durationOr(word: string, minMs: number, maxMs: number) {
  const range = { min: minMs, max: maxMs };
  return written(
    (value): Parsed<number | string> =>
      value === word ? { kind: 'ok', value } : readQuantity(value, parseDurationMs, range),
  ).meta({ type: 'string', pattern: `${durationPattern}|^${word}$` });
}

const sizePattern = '^\\d+(\\.\\d+)?\\s*(B|KiB|MiB|GiB)$';

export function size(minBytes: number, maxBytes: number) {
  return quantity(parseSizeBytes, { min: minBytes, max: maxBytes }).meta({
    type: 'string',
    pattern: sizePattern,
  });
}

export function sizeOrNone(minBytes: number, maxBytes: number) {
  const range = { min: minBytes, max: maxBytes };
  return written(
    (value): Parsed<number | null> =>
      value === 'none' ? { kind: 'ok', value: null } : readQuantity(value, parseSizeBytes, range),
  ).meta({ type: 'string', pattern: `${sizePattern}|^none$` });
}

export function rate(min: number, max: number) {
  return quantity(parseRatePerSec, { min, max, plainNumber: true }).meta({
    type: ['number', 'string'],
    pattern: '^\\d+(\\.\\d+)?\\s*(/s)?$',
  });
}

export function bitRate(minBitsPerSec: number, maxBitsPerSec: number) {
  return quantity(parseBitRate, { min: minBitsPerSec, max: maxBitsPerSec }).meta({
    type: 'string',
    pattern: '^\\d+(\\.\\d+)?\\s*(bit|kbit|Mbit|Gbit)(/s)?$',
  });
}

/** A percentage, read as a ratio from 0 to 1. */
export function percent(maxRatio = 1) {
  return quantity(parsePercent, { min: 0, max: maxRatio }).meta({
    type: 'string',
    pattern: '^\\d+(\\.\\d+)?\\s*%$',
  });
}

export function cpus() {
  const range = { min: 0.01, max: 1024, plainNumber: true };
  return written((value): Parsed<number | 'fair' | null> => {
    if (value === 'none') return { kind: 'ok', value: null };
    if (value === 'fair') return { kind: 'ok', value: 'fair' };
    return readQuantity(value, parseCores, range);
  }).meta({ type: ['number', 'string'], pattern: '^\\d+(\\.\\d+)?$|^none$|^fair$' });
}

function quantity(parse: ParseQuantity, range: Range): z.ZodType<number, unknown> {
  return written((value) => readQuantity(value, parse, range));
}
