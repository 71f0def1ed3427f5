import type { EventKind, TimelineRecord } from '../model/timeline.ts';

/** When the plan held which nodes, by what was done: the excuses that nodes have. Pure. */
export interface PlannedAbsences {
  /** It was down, frozen, squeezed or set wrong at some time. */
  wasTouched(nodeIndex: number): boolean;
  wasSqueezed(nodeIndex: number): boolean;
  /** Its process was another one at some time in the window, or none. */
  wasDown(nodeIndex: number): boolean;
  /** Down or frozen at that time, or just before or after it. */
  isSilentAt(nodeIndex: number, unixMs: number): boolean;
  /** Down at that time, or a moment after. */
  isDownAt(nodeIndex: number, unixMs: number): boolean;
  /** How long of a time it was neither down nor frozen, in ms. */
  presentMs(nodeIndex: number, span: { readonly fromMs: number; readonly toMs: number }): number;
  /** When it was there again for the last time; null: never down, Infinity: it stayed away. */
  backAtMs(nodeIndex: number): number | null;
}

/** Requests that began while it answered last; what shows only at the first look after its return. */
const BEFORE_MS = 1_500;
const AFTER_MS = 5_000;

const downKinds: ReadonlySet<EventKind> = new Set(['crash', 'stop', 'restart']);

interface Absence {
  readonly kind: EventKind;
  readonly nodes: readonly number[];
  readonly fromMs: number;
  /** Infinity: to the end. */
  readonly toMs: number;
}

export function describeAbsences(timeline: readonly TimelineRecord[]): PlannedAbsences {
  const nodeEvents = timeline.flatMap((record) => absenceOf(record));
  const down = nodeEvents.filter(({ kind }) => downKinds.has(kind));
  const silent = nodeEvents.filter(({ kind }) => downKinds.has(kind) || kind === 'pause');
  const holds =
    (spans: readonly Absence[]) =>
    (node: number, unixMs: number): boolean =>
      spans.some(
        ({ nodes, fromMs, toMs }) =>
          nodes.includes(node) && unixMs >= fromMs - BEFORE_MS && unixMs <= toMs + AFTER_MS,
      );
  const has = (spans: readonly Absence[]) => (node: number) =>
    spans.some(({ nodes }) => nodes.includes(node));
  return {
    wasTouched: has(nodeEvents),
    wasSqueezed: has(nodeEvents.filter(({ kind }) => kind === 'cpu' || kind === 'memory')),
    wasDown: has(down),
    isSilentAt: holds(silent),
    isDownAt: holds(down),
    presentMs(node, { fromMs, toMs }) {
      const own = silent
        .filter(({ nodes }) => nodes.includes(node))
        .sort((a, b) => a.fromMs - b.fromMs);
      let present = 0;
      let atMs = fromMs;
      for (const one of own) {
        present += Math.max(0, Math.min(one.fromMs, toMs) - atMs);
        atMs = Math.max(atMs, one.toMs);
      }
      return present + Math.max(0, toMs - atMs);
    },
    backAtMs(node) {
      const own = down.filter(({ nodes }) => nodes.includes(node));
      return own.length === 0 ? null : Math.max(...own.map(({ toMs }) => toMs));
    },
  };
}

const nodeKinds: ReadonlySet<EventKind> = new Set([
  ...downKinds,
  'pause',
  'cpu',
  'memory',
  'clock',
] as const);

function absenceOf({ kind, nodes, plannedAt, endedAt }: TimelineRecord): Absence[] {
  if (!nodeKinds.has(kind)) return [];
  const toMs = endedAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return [{ kind, nodes, fromMs: plannedAt.getTime(), toMs }];
}
