/**
 * What each event of a timeline did to one repetition: throughput before and while it held, the
 * longest time without a commit, and when throughput was back. Definitions: docs/methods.md.
 */
import type { NodeResults } from '../../../node-image/src/contract/index.ts';
import type { EventImpact } from '../model/event-finding.ts';
import type { RepetitionRecord } from '../model/record.ts';
import type { TimelineRecord } from '../model/timeline.ts';
import {
  findRecovery,
  lastCommitMs,
  longestSilence,
  rateBetween,
  type Stretch,
} from './impact-series.ts';
import { type NetworkCommits, readCommits } from './network-commits.ts';
import { type OfferedLoad, readOffered } from './offered-load.ts';
import { timeMs } from './shaped-repetition.ts';

/** How far back throughput before an event is looked for, at most and at least. */
const formerMsMax = 5_000;
const formerMsMin = 250;
/** What piled up during an event is committed in the time after it; and a time to compare with. */
const settleMs = 1_000;
/** Too little of the window to say that throughput did not come back. */
const restMsMin = 1_000;

/** A stretch of the window that events disturbed. */
interface Disturbed {
  readonly index: number;
  readonly fromMs: number;
  readonly toMs: number;
}

interface Ground {
  readonly network: NetworkCommits;
  readonly offered: OfferedLoad;
}

/**
 * @param lived results of the nodes that lived through the window
 * @returns in the order of the timeline
 */
export function measureImpacts(
  record: RepetitionRecord,
  lived: readonly NodeResults[],
): readonly EventImpact[] {
  const network = lived.length === 0 ? null : readCommits(lived);
  const ground = network && { network, offered: readOffered(record, lived, network.startUnixMs) };
  const logsAgree = doLogsAgree(record);
  const earlier: Disturbed[] = [];
  const begun = (event: TimelineRecord): number => timeMs(event.begunAt ?? event.plannedAt);
  const measured = [...record.timeline]
    .sort((a, b) => begun(a) - begun(b))
    .map((event) => {
      const impact = measureOne(event, ground, earlier);
      if (impact.begunMs !== null && network !== null) {
        earlier.push({
          index: event.eventIndex,
          fromMs: impact.begunMs,
          toMs: reachOf(impact, network.windowMs),
        });
      }
      return { ...impact, logsAgree };
    });
  return measured
    .map((impact) => ({ ...impact, overlaps: overlapsOf(impact.index, earlier) }))
    .sort((a, b) => a.index - b.index);
}

function measureOne(
  event: TimelineRecord,
  ground: Ground | null,
  earlier: readonly Disturbed[],
): EventImpact {
  const { eventIndex: index, kind, text, nodes, witness, error } = event;
  const nothing: EventImpact = {
    ...{ index, kind, text, nodes, witness, error },
    ...{ plannedMs: null, begunMs: null, endedMs: null },
    ...{ formerTxPerSec: null, heldTxPerSec: null, keptRatio: null, offeredRatio: null },
    ...{ silenceMs: null, recovery: 'unknown', recoveredMs: null, resolutionMs: null },
    ...{ logsAgree: null, overlaps: [] },
  };
  if (ground === null) return nothing;
  const { startUnixMs, windowMs, sliceMs } = ground.network;
  const after = (at: Date): number => timeMs(at) - startUnixMs;
  const placed = { ...nothing, plannedMs: after(event.plannedAt), resolutionMs: sliceMs };
  if (event.begunAt === null || after(event.begunAt) >= windowMs) return placed;
  const begunMs = Math.max(0, after(event.begunAt));
  const ended = event.endedAt === null ? null : after(event.endedAt);
  // Everything is taken back when the window ends; that is no end to recover from.
  const endedMs = ended === null || ended > windowMs - sliceMs ? null : Math.max(begunMs, ended);
  // It is said to have begun when it is seen to have, which is a moment after it did.
  const onsetMs = Math.min(begunMs, Math.max(0, placed.plannedMs));
  return {
    ...placed,
    begunMs,
    endedMs,
    ...effectOf({ onsetMs, begunMs, endedMs }, ground, earlier),
  };
}

type Effect = Pick<
  EventImpact,
  | 'formerTxPerSec'
  | 'heldTxPerSec'
  | 'keptRatio'
  | 'offeredRatio'
  | 'silenceMs'
  | 'recovery'
  | 'recoveredMs'
>;

interface Course {
  readonly onsetMs: number;
  readonly begunMs: number;
  readonly endedMs: number | null;
}

function effectOf(
  { onsetMs, begunMs, endedMs }: Course,
  { network, offered }: Ground,
  earlier: readonly Disturbed[],
): Effect {
  const { windowMs } = network;
  const before = undisturbedBefore(onsetMs, earlier);
  const former = before && rateBetween(network, before);
  const held = rateBetween(network, { fromMs: begunMs, toMs: endedMs ?? windowMs });
  const formerOffered = before === null ? 0 : offered(before.fromMs, before.toMs);
  const fromMs = endedMs ?? begunMs;
  const isKnown = former !== null && former > 0 && windowMs - fromMs >= restMsMin;
  const backMs = isKnown
    ? findRecovery(network, fromMs, (from, to) =>
        formerOffered === 0 ? former : (former * offered(from, to)) / formerOffered,
      )
    : null;
  const quietUntilMs = backMs ?? (isKnown || endedMs === null ? windowMs : endedMs);
  return {
    formerTxPerSec: former,
    heldTxPerSec: held,
    keptRatio: held === null ? null : ratio(held, former),
    offeredRatio: before && ratio(offered(begunMs, endedMs ?? windowMs), formerOffered),
    silenceMs: longestSilence(network, {
      fromMs: Math.max(onsetMs, lastCommitMs(network, begunMs) ?? 0),
      toMs: quietUntilMs,
    }),
    recovery: backMs !== null ? 'back' : isKnown ? 'never' : 'unknown',
    recoveredMs: backMs === null ? null : backMs - fromMs,
  };
}

/**
 * Up to 5 s before the event. Where one before it still held, or has left too little time since it
 * was recovered from (what had piled up is committed then), the time before that one. Null where
 * too little of the window is left in which nothing was done.
 */
function undisturbedBefore(onsetMs: number, earlier: readonly Disturbed[]): Stretch | null {
  const before = earlier.filter((one) => one.fromMs < onsetMs);
  const settledMs = Math.max(0, ...before.map(({ toMs }) => toMs + settleMs));
  const fromMs = Math.max(settledMs, onsetMs - formerMsMax);
  const roomMs = onsetMs - fromMs;
  if (before.length === 0) return roomMs >= formerMsMin ? { fromMs, toMs: onsetMs } : null;
  if (roomMs >= settleMs) return { fromMs, toMs: onsetMs };
  const inTheWay = before.filter(({ toMs }) => toMs + settleMs > onsetMs - settleMs);
  return undisturbedBefore(Math.min(...inTheWay.map((one) => one.fromMs)), earlier);
}

/** Until throughput was back; else to its end, or to that of the window. */
function reachOf({ begunMs, endedMs, recoveredMs }: EventImpact, windowMs: number): number {
  const fromMs = endedMs ?? begunMs ?? 0;
  return recoveredMs === null ? (endedMs ?? windowMs) : fromMs + recoveredMs;
}

function overlapsOf(index: number, all: readonly Disturbed[]): readonly number[] {
  const own = all.find((one) => one.index === index);
  if (own === undefined) return [];
  return all
    .filter((one) => one !== own && one.fromMs < own.toMs && own.fromMs < one.toMs)
    .map((one) => one.index)
    .sort((a, b) => a - b);
}

function doLogsAgree({ safetyViolation, nodes }: RepetitionRecord): boolean | null {
  if (safetyViolation !== null) return false;
  const told = nodes.filter(({ log }) => log !== null && log.committedHeight > 0);
  return told.length < 2 ? null : true;
}

function ratio(part: number, whole: number | null): number | null {
  return whole === null || whole === 0 ? null : part / whole;
}
