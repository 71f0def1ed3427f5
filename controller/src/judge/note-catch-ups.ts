import { metricNames } from '../../../node-image/src/contract/index.ts';
import type { Cut, NetworkState } from '../model/network.ts';
import type { Cell } from '../model/plan.ts';
import type { NetworkChangeRecord, NetworkRecord, SampleRecord } from '../model/record.ts';
import type { EventKind, TimelineRecord } from '../model/timeline.ts';

/**
 * When each node had caught up after a cut was taken back, read from the committed heights that were
 * scraped. Pure. As fine as the scrapes: a second, or more where there are many nodes.
 */

interface Height {
  readonly atMs: number;
  readonly blocks: number;
}

/** @returns the record with the times of every change that takes a cut back */
export function noteCatchUps(
  network: NetworkRecord,
  { network: planned }: Cell,
  samples: readonly SampleRecord[],
): NetworkRecord {
  const heights = heightsByNode(samples);
  const stateAt = (index: number): NetworkState => planned.changes[index]?.state ?? planned.initial;
  const changes = network.changes.map((change) => {
    const { changeIndex, nodeIndex } = change;
    if (!takesCutBack(stateAt(changeIndex - 1), stateAt(changeIndex))) return change;
    const span = spanOf(network.changes, changeIndex, (index) => stateAt(index).cuts.length > 0);
    const atMs = span === null ? null : findCatchUp(heights, nodeIndex, span);
    return atMs === null ? change : { ...change, caughtUpAt: new Date(atMs) };
  });
  return { ...network, changes };
}

/** Nodes that were behind when they came back, and caught up, with when. */
export function findNodeCatchUps(
  timeline: readonly TimelineRecord[],
  samples: readonly SampleRecord[],
): readonly { readonly nodeIndex: number; readonly at: Date }[] {
  const heights = heightsByNode(samples);
  return timeline.flatMap(({ kind, nodes, plannedAt, endedAt }) => {
    if (endedAt === null || !silencing.has(kind)) return [];
    const span = { fromMs: endedAt.getTime(), toMs: Number.POSITIVE_INFINITY };
    return nodes.flatMap((nodeIndex) => {
      const own = blocksAt(heights.get(nodeIndex) ?? [], plannedAt.getTime());
      const isBehind = [...heights.values()].some((one) => blocksAt(one, span.fromMs) > own);
      const atMs = isBehind ? findCatchUp(heights, nodeIndex, span) : null;
      return atMs === null ? [] : [{ nodeIndex, at: new Date(atMs) }];
    });
  });
}

const silencing: ReadonlySet<EventKind> = new Set(['crash', 'stop', 'restart', 'pause']);

export function takesCutBack(before: NetworkState, after: NetworkState): boolean {
  const left = new Set(after.cuts.map(nameCut));
  return before.cuts.some((cut) => !left.has(nameCut(cut)));
}

function nameCut({ from, to }: Cut): string {
  return JSON.stringify([from, to]);
}

function heightsByNode(samples: readonly SampleRecord[]): ReadonlyMap<number, readonly Height[]> {
  const found = new Map<number, Height[]>();
  for (const { metric, nodeIndex, at, value } of samples) {
    if (metric !== metricNames.committedHeight) continue;
    const own = found.get(nodeIndex) ?? [];
    own.push({ atMs: at.getTime(), blocks: value });
    found.set(nodeIndex, own);
  }
  for (const own of found.values()) own.sort((a, b) => a.atMs - b.atMs);
  return found;
}

/** From its effect at the last node to the next cut; null if it had no effect. */
function spanOf(
  changes: readonly NetworkChangeRecord[],
  index: number,
  isCutAfter: (index: number) => boolean,
): { readonly fromMs: number; readonly toMs: number } | null {
  const applied = changes.flatMap(({ changeIndex, appliedAt }) =>
    changeIndex === index && appliedAt !== null ? [appliedAt.getTime()] : [],
  );
  if (applied.length === 0) return null;
  const cuts = changes.flatMap(({ changeIndex, plannedAt }) =>
    changeIndex > index && isCutAfter(changeIndex) ? [plannedAt.getTime()] : [],
  );
  return { fromMs: Math.max(...applied), toMs: Math.min(Number.POSITIVE_INFINITY, ...cuts) };
}

/**
 * The first scrape at which the node has committed something since, and has all that any node had
 * shown by the scrape before: it is then no further behind than one scrape.
 */
function findCatchUp(
  heights: ReadonlyMap<number, readonly Height[]>,
  nodeIndex: number,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): number | null {
  const own = heights.get(nodeIndex) ?? [];
  const all = [...heights.values()];
  const before = own.findLast(({ atMs }) => atMs <= fromMs)?.blocks ?? 0;
  const found = own.find(({ atMs, blocks }, at) => {
    if (atMs <= fromMs || atMs > toMs || blocks <= before) return false;
    const lastMs = Math.max(fromMs, own[at - 1]?.atMs ?? fromMs);
    return all.every((other) => blocks >= blocksAt(other, lastMs));
  });
  return found?.atMs ?? null;
}

function blocksAt(heights: readonly Height[], atMs: number): number {
  return heights.findLast((one) => one.atMs <= atMs)?.blocks ?? 0;
}
