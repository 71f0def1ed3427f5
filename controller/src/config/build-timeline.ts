/** `timeline` of a scenario file -> EventSpecs in order of time, and what they contradict. Pure. */
import { formatDuration } from '../lib/units.ts';
import type { ByzantineSpec } from '../model/byzantine.ts';
import type { NetworkSpec } from '../model/network-spec.ts';
import type { RuntimeChoice } from '../model/scenario.ts';
import type { EventKind, NetworkEventKind } from '../model/timeline.ts';
import type { EventSpec } from '../model/timeline-spec.ts';
import { buildNetworkAction, type EventPlace } from './build-network-event.ts';
import { buildNodeEvent } from './build-node-event.ts';
import { createPlaces } from './check-places.ts';
import { checkTimeline } from './check-timeline.ts';
import { type Complain, reading } from './conflict.ts';
import type { Path } from './path.ts';
import type { PlacedEvent } from './placed-event.ts';
import type { RawEvent } from './timeline-schema.ts';

export interface TimelineSource {
  readonly raw: readonly RawEvent[];
  /** Whatever else one event by itself is held against. */
  readonly reads: readonly Path[];
  readonly network: NetworkSpec;
  readonly nodes: readonly number[];
  readonly runtime: RuntimeChoice;
  readonly measureMs: number;
  readonly seed: number;
  readonly byzantine?: ByzantineSpec | undefined;
}

const networkKinds = ['partition', 'heal', 'degrade', 'profile', 'flap'] as const;
const nodeKinds = [
  'crash',
  'stop',
  'restart',
  'pause',
  'cpu',
  'memory',
  'clock',
  'behaviour',
] as const;
const kinds: readonly EventKind[] = [...networkKinds, ...nodeKinds];

export interface BuiltTimeline {
  /** In order of time. */
  readonly timeline: readonly EventSpec[];
  /** Where each of them stands in the file. */
  readonly paths: readonly Path[];
}

export function buildTimeline(source: TimelineSource, complain: Complain): BuiltTimeline {
  const placed = source.raw.flatMap((raw, index): PlacedEvent[] => {
    const path = ['timeline', index];
    const keys = [...kinds, 'one-way', 'for', 'state'].map((key) => [...path, key]);
    const own = reading(complain, ...keys, ...source.reads);
    const kind = kindOf(raw, path, own);
    if (kind === undefined) return [];
    checkTimes(raw, kind, { path, measureMs: source.measureMs }, own);
    const spec = buildEvent(raw, kind, source, {
      path,
      places: createPlaces(source, own),
      complain: own,
    });
    return spec === undefined ? [] : [{ path, spec }];
  });
  const ordered = placed.sort((a, b) => a.spec.atMs - b.spec.atMs);
  checkTimeline(ordered, source, complain);
  return { timeline: ordered.map(({ spec }) => spec), paths: ordered.map(({ path }) => path) };
}

function buildEvent(
  raw: RawEvent,
  kind: EventKind,
  { runtime }: TimelineSource,
  place: EventPlace,
): EventSpec | undefined {
  const times = { atMs: raw.at, ...(raw.for === undefined ? {} : { forMs: raw.for }) };
  if (isOfNetwork(kind)) {
    const action = buildNetworkAction(raw, kind, place);
    if (action === undefined) return undefined;
    const hasEnd = kind !== 'heal' && kind !== 'flap';
    return hasEnd ? { ...times, action } : { atMs: raw.at, action };
  }
  const asked = buildNodeEvent(raw, kind, runtime, place);
  if (asked === undefined) return undefined;
  return kind === 'restart' ? { atMs: raw.at, ...asked } : { ...times, ...asked };
}

function isOfNetwork(kind: EventKind): kind is NetworkEventKind {
  return !(nodeKinds as readonly EventKind[]).includes(kind);
}

/** An event does one thing. */
function kindOf(raw: RawEvent, path: Path, complain: Complain): EventKind | undefined {
  const given = kinds.filter((kind) => raw[kind] !== undefined);
  const [kind, second] = given;
  if (kind !== undefined && second === undefined) return kind;
  complain({
    path: second === undefined ? path : [...path, second],
    reads: [path],
    aim: 'key',
    message:
      second === undefined
        ? 'nothing happens at this time'
        : `one event does one thing, and this one has ${kind} already`,
    expected: `one of ${kinds.join(', ')}`,
  });
  return undefined;
}

const withoutLength: ReadonlyMap<EventKind, string> = new Map([
  ['heal', 'a heal has no length'],
  ['flap', 'a flap says inside of it how long it lasts'],
  ['restart', 'a restart has no length: its nodes are started again at once'],
]);

function checkTimes(
  raw: RawEvent,
  kind: EventKind,
  { path, measureMs }: { readonly path: Path; readonly measureMs: number },
  complain: Complain,
): void {
  const window = `phases.measure (${formatDuration(measureMs)})`;
  const reads = [
    [...path, 'at'],
    [...path, 'for'],
    ['phases', 'measure'],
  ];
  const isLate = raw.at >= measureMs;
  if (isLate) {
    const message = `${formatDuration(raw.at)} after its start, the measured window is over`;
    complain({ path: [...path, 'at'], reads, message, expected: `less than ${window}` });
  }
  if (raw.for === undefined) return;
  const why = withoutLength.get(kind);
  if (why !== undefined) {
    const expected = kind === 'restart' ? 'no such key, or crash' : 'no such key';
    complain({ path: [...path, 'for'], aim: 'key', message: why, expected });
    return;
  }
  const endMs = raw.at + raw.for;
  if (isLate || endMs <= measureMs) return;
  const message = `it ends ${formatDuration(endMs)} after the start of the measured window, which is over by then`;
  complain({ path: [...path, 'for'], reads, message, expected: `an end by ${window}` });
}
