import { TestbedError } from '../errors/testbed-error.ts';
import type { CellNetwork, Cut } from '../model/network.ts';
import type { NetworkChangeRecord } from '../model/record.ts';
import {
  heldByEvent,
  type PlannedEvent,
  type TimelineRecord,
  type Witness,
} from '../model/timeline.ts';
import type { CountedLink, RoundTrips, Shaper } from './shaper.ts';

/**
 * Shows that planned changes of the network bit: counters of the shaper are read after each of them,
 * and where these count no cut, somebody tries to get through it. Nothing here is waited for by the
 * changes themselves.
 */
export interface ChangeWitness {
  /** To be called when a change has been applied. */
  look(changeIndex: number): void;
  /** How each event of the network went. @param last the counters at the end; null if not read */
  records(
    measureAt: Date,
    changes: readonly NetworkChangeRecord[],
    last: readonly CountedLink[] | null,
  ): Promise<readonly TimelineRecord[]>;
}

type NetworkEvent = Extract<PlannedEvent, { readonly changes: unknown }>;

interface Look {
  readonly counters: readonly CountedLink[] | null;
  readonly probe: Probed | null;
}

interface Probed extends RoundTrips {
  readonly fromNode: number;
  readonly toNode: number;
}

const PROBES = 3;
const PROBE_EVERY_MS = 30;
const PROBE_MS_MAX = 300;

export function witnessChanges(
  { shaper, network, timeline }: WitnessRequest,
  isAway: (nodeIndex: number) => boolean,
  { signal }: { readonly signal: AbortSignal },
): ChangeWitness {
  const looks = new Map<number, Promise<Look>>();
  const events = timeline.filter((event): event is NetworkEvent => 'changes' in event);

  /**
   * The kernel counts what its cuts drop from the start, and reading all nodes just then would be in
   * the way of a cut that is to come at all of them at once.
   */
  const isSpared = (changeIndex: number): boolean =>
    shaper.kind === 'netem' &&
    !events.some(({ kind, changes: steps }) => {
      const isBegin = steps[0] === changeIndex && !isCut(kind);
      return isBegin || (steps.length > 1 && steps.at(-1) === changeIndex);
    });

  async function take(changeIndex: number): Promise<Look> {
    const counters = await tolerate(() => shaper.counters({ signal }));
    const countsCuts = counters?.some(({ toRegion }) => toRegion === 'cut') === true;
    const hasCuts = (network.changes[changeIndex]?.state.cuts.length ?? 0) > 0;
    const probe = hasCuts && !countsCuts ? await tolerate(() => probeCut(changeIndex)) : null;
    return { counters, probe };
  }

  async function probeCut(changeIndex: number): Promise<Probed | null> {
    const change = network.changes[changeIndex];
    const next = network.changes[changeIndex + 1];
    const pair = pairAcross(change?.state.cuts ?? [], network, isAway);
    if (change === undefined || pair === null) return null;
    const lastsMs = (next?.atMs ?? Number.POSITIVE_INFINITY) - change.atMs;
    const timeoutMs = Math.min(PROBE_MS_MAX, Math.max(1, lastsMs / 4));
    const order = { ...pair, count: PROBES, intervalMs: PROBE_EVERY_MS, timeoutMs };
    const [found] = await shaper.probeRoundTrips([order], { signal });
    return found === undefined ? null : { ...found, ...pair };
  }

  return {
    look(changeIndex) {
      if (isSpared(changeIndex)) return;
      looks.set(changeIndex, take(changeIndex));
    },
    async records(measureAt, changes, last) {
      const taken = new Map<number, Look>();
      for (const [index, look] of looks) taken.set(index, await look);
      const due = events.filter(({ changes: [first = -1] }) =>
        changes.some(({ changeIndex }) => changeIndex === first),
      );
      return due.map((event) => {
        const witness = witnessOf(event, { network, looks: taken, last });
        return { ...recordOf(event, network, measureAt, changes), witness };
      });
    },
  };
}

export interface WitnessRequest {
  readonly shaper: Shaper;
  readonly network: CellNetwork;
  readonly timeline: readonly PlannedEvent[];
}

/**
 * Two nodes on either side of a cut who are there and keep a link: between others nothing comes
 * through, cut or not.
 */
function pairAcross(
  cuts: readonly Cut[],
  { edges }: CellNetwork,
  isAway: (nodeIndex: number) => boolean,
): { readonly fromNode: number; readonly toNode: number } | null {
  const isLinked = (a: number, b: number): boolean =>
    edges === undefined ||
    edges.some(([one, other]) => one === Math.min(a, b) && other === Math.max(a, b));
  for (const { from, to } of cuts) {
    for (const fromNode of from.filter((node) => !isAway(node))) {
      const toNode = to.find((node) => !isAway(node) && isLinked(fromNode, node));
      if (toNode !== undefined) return { fromNode, toNode };
    }
  }
  return null;
}

interface Seen {
  readonly network: CellNetwork;
  readonly looks: ReadonlyMap<number, Look>;
  readonly last: readonly CountedLink[] | null;
}

function witnessOf(event: NetworkEvent, seen: Seen): Witness | null {
  const [first = -1] = event.changes;
  const begin = seen.looks.get(first) ?? (isCut(event.kind) ? lookBefore(first, seen) : undefined);
  if (begin === undefined) return null;
  const { probe } = begin;
  const cuts = isCut(event.kind);
  if (cuts && probe !== null) {
    const { sent, rttMs, fromNode, toNode } = probe;
    const text = `${rttMs.length} of ${sent} probes from node ${fromNode} to node ${toNode} came through`;
    return {
      quantity: 'probes-through',
      text,
      value: rttMs.length,
      limit: 0,
      isSeen: rttMs.length === 0,
    };
  }
  const after = readingAfter(event, seen);
  if (begin.counters === null || after === null) return null;
  const nodes = new Set(event.changes.flatMap((index) => seen.network.changes[index]?.nodes ?? []));
  const grown = (
    of: (link: CountedLink) => boolean,
    count: (link: CountedLink) => number,
  ): number =>
    growth(begin.counters ?? [], after, (link) => nodes.has(link.nodeIndex) && of(link), count);
  if (cuts) {
    const dropped = grown(
      ({ toRegion }) => toRegion === 'cut',
      ({ dropped: count }) => count,
    );
    const text = `${dropped} packets dropped by the cut`;
    return { quantity: 'packets-dropped', text, value: dropped, limit: 1, isSeen: dropped > 0 };
  }
  const packets = grown(
    ({ toRegion }) => typeof toRegion === 'number',
    (link) => link.packets,
  );
  const text = `${packets} packets over the links that changed`;
  return { quantity: 'packets-passed', text, value: packets, limit: 1, isSeen: packets > 0 };
}

function isCut(kind: NetworkEvent['kind']): boolean {
  return kind === 'partition' || kind === 'flap';
}

/** What had been counted before a cut that nobody looked at; nothing at first. */
function lookBefore(changeIndex: number, { looks }: Seen): Look {
  const before = [...looks.keys()].filter((index) => index < changeIndex);
  return looks.get(Math.max(...before)) ?? { counters: [], probe: null };
}

/** The last step of an event that has several; of one that goes on, the end. */
function readingAfter(
  { changes }: NetworkEvent,
  { looks, last }: Seen,
): readonly CountedLink[] | null {
  const end = changes.length > 1 ? changes.at(-1) : undefined;
  const atEnd = end === undefined ? undefined : looks.get(end)?.counters;
  return atEnd ?? last;
}

/** A counter that went down began anew: what it shows is what has come since. */
function growth(
  before: readonly CountedLink[],
  after: readonly CountedLink[],
  isMeant: (link: CountedLink) => boolean,
  count: (link: CountedLink) => number,
): number {
  const name = ({ nodeIndex, toRegion }: CountedLink): string => `${nodeIndex} ${toRegion}`;
  const known = new Map(before.map((link) => [name(link), count(link)]));
  return after.filter(isMeant).reduce((sum, link) => {
    const grown = count(link) - (known.get(name(link)) ?? 0);
    return sum + (grown >= 0 ? grown : count(link));
  }, 0);
}

function recordOf(
  { index, kind, text, atMs, endMs, changes: steps }: NetworkEvent,
  network: CellNetwork,
  measureAt: Date,
  changes: readonly NetworkChangeRecord[],
): Omit<TimelineRecord, 'witness'> {
  const at = (ms: number): Date => new Date(measureAt.getTime() + ms);
  // Nodes that were away have no say in when it took effect, unless nobody else was there.
  const of = (step: number | undefined): readonly NetworkChangeRecord[] => {
    const all = changes.filter(({ changeIndex }) => changeIndex === step);
    const there = all.filter(({ error }) => error !== heldByEvent);
    return there.length > 0 ? there : all;
  };
  const [first] = steps;
  const own = steps.length > 1 ? steps.at(-1) : undefined;
  const later = network.changes.find((one) => one.atMs === endMs && !steps.includes(one.index));
  const nodes = new Set(steps.flatMap((step) => network.changes[step]?.nodes ?? []));
  return {
    eventIndex: index,
    kind,
    text,
    plannedAt: at(atMs),
    plannedEndAt: endMs === null ? null : at(endMs),
    begunAt: effectOf(of(first)),
    endedAt: endMs === null ? null : effectOf(of(own ?? later?.index)),
    nodes: [...nodes].sort((a, b) => a - b),
    error: steps.flatMap((step) => of(step)).find(({ error }) => error !== null)?.error ?? null,
  };
}

/** When it had taken effect at the last of its nodes; null if it did not at one of them. */
function effectOf(records: readonly NetworkChangeRecord[]): Date | null {
  const times = records.flatMap(({ appliedAt }) =>
    appliedAt === null ? [] : [appliedAt.getTime()],
  );
  return times.length < records.length || times.length === 0 ? null : new Date(Math.max(...times));
}

async function tolerate<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof TestbedError || (error instanceof Error && error.name === 'AbortError')) {
      return null;
    }
    throw error;
  }
}
