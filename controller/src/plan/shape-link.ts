/** From profiles, which are round trips, to what one direction of a link does to packets. */
import type { DelayShape, LinkShape, LossShape } from '../model/network.ts';
import type { ProfileSpec } from '../model/network-spec.ts';
import { delayQuantileMs } from './delay-quantile.ts';
import { meanLossRatio } from './loss-ratio.ts';

/** Rates that apply to a link besides its own, for the size of its queue; null = unlimited. */
export interface LinkContext {
  readonly upBitsPerSec: number | null;
  readonly downBitsPerSec: number | null;
}

/** A link before its queue is sized. */
export type OpenShape = Omit<LinkShape, 'queuePackets'> & {
  readonly queuePackets: number | null;
};

/** One direction of a link of this profile. */
export function halve(profile: ProfileSpec): OpenShape {
  return { ...rest(profile), delay: divideDelay(profile.rtt, 2) };
}

/** What the access link of one end adds to each direction: it is crossed four times a round trip. */
export function quarter(access: ProfileSpec): OpenShape {
  // Its rate holds for all links of a node together and is the region's.
  return { ...rest(access), delay: divideDelay(access.rtt, 4), rateBitsPerSec: null };
}

/**
 * Two links one behind the other. Means add up; so do the widths of uniform delays, and the
 * variances of normal and pareto ones. Different kinds: the kind of the one that spreads more.
 */
export function addLink(first: OpenShape, second: OpenShape): OpenShape {
  return {
    delay: addDelays(first.delay, second.delay),
    loss: addLosses(first.loss, second.loss),
    duplicateRatio: eitherRatio(first.duplicateRatio, second.duplicateRatio),
    corruptRatio: eitherRatio(first.corruptRatio, second.corruptRatio),
    reorders: first.reorders || second.reorders,
    rateBitsPerSec: lowest([first.rateBitsPerSec, second.rateBitsPerSec]),
    queuePackets: lowest([first.queuePackets, second.queuePackets]),
  };
}

const frameBits = 1500 * 8;
/** Where no rate is set: more than nodes of one host have sent each other. */
const rateAssumed = 1e9;
const queueMin = 1000;
/** About 200 MB of kernel memory if it ever fills with whole frames. */
const queueMax = 100_000;

/**
 * Packets that fit into 1.5 times rate x longest delay, at least 1,000 and at most 100,000: with
 * the kernel's 1,000 for all, a long and fast link loses what it should only delay.
 */
export function closeShape(
  shape: OpenShape,
  { upBitsPerSec, downBitsPerSec }: LinkContext,
): LinkShape {
  const rate = lowest([shape.rateBitsPerSec, upBitsPerSec, downBitsPerSec]) ?? rateAssumed;
  const waiting = (1.5 * rate * delayQuantileMs(shape.delay, 1)) / 1000 / frameBits;
  const sized = Math.min(queueMax, Math.max(queueMin, Math.ceil(waiting)));
  return { ...shape, queuePackets: shape.queuePackets ?? sized };
}

/** The lowest that is set; null = unlimited. */
export function lowest(values: readonly (number | null)[]): number | null {
  const set = values.filter((value) => value !== null);
  return set.length === 0 ? null : Math.min(...set);
}

function rest(profile: ProfileSpec): Omit<OpenShape, 'delay'> {
  const { loss, duplicateRatio, corruptRatio, reorders, upBitsPerSec, queuePackets } = profile;
  return {
    loss,
    duplicateRatio,
    corruptRatio,
    reorders,
    rateBitsPerSec: upBitsPerSec,
    queuePackets,
  };
}

/** Of a delay that is the sum of this many alike: half-widths divide, deviations by the root. */
function divideDelay(delay: DelayShape, parts: 2 | 4): DelayShape {
  const byWidth = delay.distribution === 'uniform' || delay.distribution === 'fixed';
  const jitterMs = byWidth ? delay.jitterMs / parts : delay.jitterMs / Math.sqrt(parts);
  return { ...delay, meanMs: round(delay.meanMs / parts), jitterMs: round(jitterMs) };
}

function addDelays(first: DelayShape, second: DelayShape): DelayShape {
  const wider = second.jitterMs > first.jitterMs ? second : first;
  const byWidth = first.distribution === 'uniform' && second.distribution === 'uniform';
  const jitterMs = byWidth
    ? first.jitterMs + second.jitterMs
    : Math.hypot(first.jitterMs, second.jitterMs);
  return {
    distribution: wider.distribution,
    meanMs: round(first.meanMs + second.meanMs),
    jitterMs: round(jitterMs),
    correlationRatio: Math.max(first.correlationRatio, second.correlationRatio),
  };
}

/** To a nanosecond: as fine as the kernel, and the same digits everywhere. */
function round(ms: number): number {
  return Math.round(ms * 1e6) / 1e6;
}

/** Exact, except that of two bursty links the weaker one counts as losing independently. */
function addLosses(first: LossShape, second: LossShape): LossShape {
  if (first.kind === 'none') return second;
  if (second.kind === 'none') return first;
  const [base, other] =
    meanLossRatio(second) > meanLossRatio(first) ? [second, first] : [first, second];
  const bursty = [base, other].find(({ kind }) => kind === 'gilbert-elliott') ?? base;
  const steady = meanLossRatio(bursty === base ? other : base);
  if (bursty.kind !== 'gilbert-elliott') {
    return { kind: 'independent', ratio: eitherRatio(meanLossRatio(bursty), steady) };
  }
  return {
    ...bursty,
    badLossRatio: eitherRatio(bursty.badLossRatio, steady),
    goodLossRatio: eitherRatio(bursty.goodLossRatio, steady),
  };
}

function eitherRatio(first: number, second: number): number {
  return Number((1 - (1 - first) * (1 - second)).toPrecision(12));
}
