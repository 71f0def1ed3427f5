/** Whom an event is done to, as a scenario file says it: node, region, list, share or role. */
import { parseDurationMs, parsePercent } from '../lib/units.ts';
import type { Place } from '../model/network-spec.ts';
import type { TargetSpec } from '../model/timeline-spec.ts';
import { type Parsed, readQuantity, written } from './fields.ts';

export const placeName = /^[A-Za-z][A-Za-z0-9_-]{0,30}(\/[A-Za-z][A-Za-z0-9_-]{0,30})?$/;

export const targetForm =
  'the index of a node, the name of a region or group, a list of these, a share such as 30%, or leader';

const jsonPlace = { type: ['integer', 'string'] };

export function target() {
  return written(readTarget).meta({
    anyOf: [jsonPlace, { type: 'array', items: jsonPlace, minItems: 1 }],
  });
}

function readTarget(value: unknown): Parsed<TargetSpec> {
  if (value === 'leader') return { kind: 'ok', value: { kind: 'leader' } };
  if (typeof value === 'string' && value.trim().endsWith('%')) {
    const ratio = readQuantity(value, parsePercent, { min: 0, max: 1 });
    if (ratio.kind === 'refused') return ratio;
    if (ratio.value === 0) return refuse('out-of-range', 'it is too small');
    return { kind: 'ok', value: { kind: 'share', ratio: ratio.value } };
  }
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (given.length === 0) return refuse('out-of-range', 'it names nobody');
  const places: Place[] = [];
  for (const one of given) {
    const place = readPlace(one);
    if (place.kind === 'refused') return place;
    places.push(place.value);
  }
  return { kind: 'ok', value: { kind: 'places', places } };
}

function readPlace(value: unknown): Parsed<Place> {
  if (typeof value === 'number') {
    const isIndex = Number.isInteger(value) && value >= 0;
    return isIndex ? { kind: 'ok', value } : refuse('out-of-range', 'it is no index of a node');
  }
  if (typeof value !== 'string') return refuse('wrong-type', '');
  if (value === 'leader') return refuse('wrong-form', 'the leader stands by itself, in no list');
  if (placeName.test(value)) return { kind: 'ok', value };
  return refuse('wrong-form', 'it is no name of a region or group');
}

/** A duration that may have a sign: `500ms`, `-2s`. */
export function offset(maxMs: number) {
  return written((value): Parsed<number> => {
    const isNegative = typeof value === 'string' && value.trim().startsWith('-');
    const size = isNegative ? value.trim().slice(1) : value;
    const read = readQuantity(size, parseDurationMs, { min: 1, max: maxMs });
    return read.kind === 'ok' && isNegative ? { kind: 'ok', value: -read.value } : read;
  }).meta({ type: 'string', pattern: '^-?\\d+(\\.\\d+)?\\s*(ms|s|m|h)$' });
}

function refuse(problem: string, why: string) {
  return { kind: 'refused', problem, why } as const;
}
