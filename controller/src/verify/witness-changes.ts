import { TestbedError } from '../errors/testbed-error.ts';
import type { CellNetwork, NetworkState, PlannedChange } from '../model/network.ts';
import type { NetworkChangeRecord } from '../model/record.ts';
import {
  heldByEvent,
  type PlannedEvent,
  type TimelineRecord,
  type Witness,
} from '../model/timeline.ts';
import type { CountedLink, Shaper } from '../shape/shaper.ts';
import { chooseSign, newCuts } from './change-signs.ts';
import { measureSign } from './measure-sign.ts';

/**
 * Shows that planned changes of the network bit: what each of them moves is measured while it holds.
 * Cuts in the kernel are known by what they drop, which is counted anyway. Nothing here is waited for
 * by the changes themselves.
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
type Counters = readonly CountedLink[] | null;

export function witnessChanges(
  { shaper, network, timeline }: WitnessRequest,
  isAway: (nodeIndex: number) => boolean,
  { signal }: { readonly signal: AbortSignal },
): ChangeWitness {
  const seen = new Map<number, Promise<Witness | null>>();
  const counted = new Map<number, Promise<Counters>>();
  const events = timeline.filter((event): event is NetworkEvent => 'changes' in event);

  /** What is to be seen of an event by measuring. */
  const measure = async (event: NetworkEvent): Promise<Witness | null> => {
    const [first = -1] = event.changes;
    const settled = settledAt(network, first);
    const before = stateAt(network, first - 1);
    const own = stateAt(network, first);
    const state = stateAt(network, settled);
    const states = { network, shaper: shaper.kind, before, own, settled: state, isAway };
    const sign = chooseSign(states);
    const holdsMs = holdsFor(network, settled);
    return measureSign(shaper, sign, {
      signal,
      holdsMs,
      state,
      isConcerned: concerns(network, event),
    });
  };

  return {
    look(changeIndex) {
      if (settledAt(network, changeIndex) !== changeIndex) return;
      const { atMs } = network.changes[changeIndex] ?? { atMs: -1 };
      for (const event of events.filter((one) => one.atMs === atMs)) {
        if (isCounted(event, shaper, network)) continue;
        seen.set(
          event.index,
          later(() => measure(event)),
        );
      }
      // Reading all nodes would be in the way of a cut that comes next, so only where one ends.
      const isEnd = events.some(
        (event) => event.endMs === atMs && isCounted(event, shaper, network),
      );
      if (isEnd)
        counted.set(
          changeIndex,
          later(() => shaper.counters({ signal })),
        );
    },
    async records(measureAt, changes, last) {
      const readings = new Map<number, Counters>();
      for (const [index, reading] of counted) readings.set(index, await reading);
      const due = events.filter(({ changes: [first = -1] }) =>
        changes.some(({ changeIndex }) => changeIndex === first),
      );
      return Promise.all(
        due.map(async (event): Promise<TimelineRecord> => {
          const witness = isCounted(event, shaper, network)
            ? witnessOfDrops(event, network, readings, last)
            : ((await seen.get(event.index)) ?? null);
          return { ...recordOf(event, network, measureAt, changes), witness };
        }),
      );
    },
  };
}

export interface WitnessRequest {
  readonly shaper: Shaper;
  readonly network: CellNetwork;
  readonly timeline: readonly PlannedEvent[];
}

function isCut(kind: NetworkEvent['kind']): boolean {
  return kind === 'partition' || kind === 'flap';
}

/**
 * The kernel counts what its cuts drop, of all cuts at a node together: so not where another one
 * holds already when it begins.
 */
function isCounted(
  { kind, changes: [first = -1] }: NetworkEvent,
  shaper: Shaper,
  network: CellNetwork,
): boolean {
  if (shaper.kind !== 'netem' || !isCut(kind)) return false;
  const before = stateAt(network, first - 1);
  return before.cuts.length === 0 || newCuts(before, stateAt(network, first)).length === 0;
}

function witnessOfDrops(
  { changes: steps, endMs }: NetworkEvent,
  network: CellNetwork,
  readings: ReadonlyMap<number, Counters>,
  last: Counters,
): Witness | null {
  const [first = -1] = steps;
  const earlier = [...readings.keys()].filter((index) => index <= settledAt(network, first));
  const begin = earlier.length === 0 ? [] : readings.get(Math.max(...earlier));
  const ends = network.changes.filter(({ atMs }) => atMs === endMs).at(-1)?.index;
  const end = ends !== undefined && readings.has(ends) ? readings.get(ends) : last;
  if (begin == null || end == null) return null;
  const nodes = new Set(steps.flatMap((index) => network.changes[index]?.nodes ?? []));
  const dropped = growth(
    begin,
    end,
    (link) => nodes.has(link.nodeIndex) && link.toRegion === 'cut',
  );
  const text = `${dropped} packets dropped by the cut`;
  return { quantity: 'packets-dropped', text, value: dropped, limit: 1, isSeen: dropped > 0 };
}

function stateAt({ initial, changes }: CellNetwork, index: number): NetworkState {
  return changes[index]?.state ?? initial;
}

/** The last change of the same time: what is between them nobody sees. */
function settledAt({ changes }: CellNetwork, index: number): number {
  const atMs = changes[index]?.atMs;
  return changes.findLast((one: PlannedChange) => one.atMs === atMs)?.index ?? index;
}

function holdsFor({ changes }: CellNetwork, index: number): number {
  return (changes[index + 1]?.atMs ?? Number.POSITIVE_INFINITY) - (changes[index]?.atMs ?? 0);
}

/** Of the sentences about what is not in force those about nodes that the event treats. */
function concerns(network: CellNetwork, event: NetworkEvent): (sentence: string) => boolean {
  const nodes = new Set(event.changes.flatMap((step) => network.changes[step]?.nodes ?? []));
  return (sentence) => {
    const named = /\bnode (\d+)\b/i.exec(sentence)?.[1];
    return named === undefined || nodes.size === 0 || nodes.has(Number(named));
  };
}

/** A counter that went down began anew: what it shows is what has come since. */
function growth(
  before: readonly CountedLink[],
  after: readonly CountedLink[],
  isMeant: (link: CountedLink) => boolean,
): number {
  const name = ({ nodeIndex, toRegion }: CountedLink): string => `${nodeIndex} ${toRegion}`;
  const known = new Map(before.map((link) => [name(link), link.dropped]));
  return after.filter(isMeant).reduce((sum, link) => {
    const grown = link.dropped - (known.get(name(link)) ?? 0);
    return sum + (grown >= 0 ? grown : link.dropped);
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

/** What is wrong with it is said to whoever asks for it, at the end. */
function later<T>(call: () => Promise<T>): Promise<T | null> {
  const outcome = tolerate(call);
  outcome.catch(() => undefined);
  return outcome;
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
