import type { CellNetwork, LinkShape, LossShape, NetworkState } from '../model/network.ts';
import { delayQuantileMs } from '../plan/delay-quantile.ts';
import { type ExpectedPair, expectPair, meanLossRatio } from '../plan/expect-link.ts';
import { downQueueBytes } from '../plan/netem/compile-node-program.ts';
import type { Shaper } from '../shape/shaper.ts';
import type { RatioRange } from './binomial.ts';
import { toleranceMs } from './tolerances.ts';

/**
 * What has to be known of a pair of regions to measure it: what is expected, how far apart probes
 * have to be so that they do not disturb each other, and which of its samples depend on each
 * other. Pure.
 */
export interface PairTraits {
  readonly there: ExpectedPair;
  readonly back: ExpectedPair;
  /** How far the median round trip may be from what is expected, sampling error apart, in ms. */
  readonly toleranceMs: number;
  /**
   * Least time between two round trips through one queue, in ms. Where order is kept, a packet
   * that is close behind a slower one leaves with it: denser probes would see a running maximum.
   */
  readonly spacingMs: number;
  /** Range of the delay in one direction, the wider of the two, where order is kept; else 0. */
  readonly jitterRangeMs: number;
  /** Least time between two round trips of a burst: bounded by queues and rates alone. */
  readonly burstSpacingMs: number;
  /** Time that the rates of both ends' own access add to a round trip, in ms. */
  readonly accessMs: number;
  /** Share of round trips without an answer that is right; a range where packets get corrupted. */
  readonly lost: RatioRange;
  /** By how much bursty loss inflates the variance of the number lost, >= 1. */
  readonly lossInflation: number;
  /** By how much correlated delays inflate the variance of a count of round trips, >= 1. */
  readonly delayInflation: number;
  /** Share of round trips that a loss elsewhere may have held up (userspace only). */
  readonly heldUpRatio: number;
  /** How late a queue that is full of other traffic may make a round trip, in ms. */
  readonly queueMsMax: number;
}

const SPACING_MS_MIN = 10;
const BURST_SPACING_MS_MIN = 1;
/**
 * Of the range of one direction's jitter. At 0.9 of it a packet is held up by the one before it
 * by 0.02 % of the range on average, which is nothing, and there are more samples than at all of it.
 */
const SPACING_OVER_RANGE = 0.9;
/** Probes may take this share of a rate, and of the places of a queue. */
const RATE_SHARE = 0.25;
const QUEUE_SHARE = 0.5;
/** An echo request of 56 bytes with its headers. */
const PROBE_BITS = 98 * 8;
const PACKET_BITS = 1514 * 8;

/** @param from, to indexes of regions */
export function describePair(
  network: CellNetwork,
  state: NetworkState,
  { from, to }: { readonly from: number; readonly to: number },
  shaper: Shaper['kind'],
): PairTraits {
  const there = expectPair(network, state, from, to);
  const back = from === to ? there : expectPair(network, state, to, from);
  const shapes = [shapeOf(state, from, to), shapeOf(state, to, from)] as const;
  const jitterRangeMs = Math.max(...shapes.map(rangeMs));
  const gentleMs = Math.max(
    ...shapes.map((shape) => queueSpacingMs(shape)),
    ...[there, back].map((expected) => rateSpacingMs(network, expected)),
  );
  const spacingMs = Math.max(SPACING_MS_MIN, SPACING_OVER_RANGE * jitterRangeMs, gentleMs);
  return {
    there,
    back,
    toleranceMs: toleranceMs(there.rttMedianMs, shaper),
    spacingMs,
    jitterRangeMs,
    burstSpacingMs: Math.max(BURST_SPACING_MS_MIN, gentleMs),
    accessMs: accessMs(network, from) + accessMs(network, to),
    lost: shaper === 'netem' ? roundTripLoss(shapes) : { low: 0, high: 0 },
    lossInflation: Math.max(...shapes.map(({ loss }) => inflationOfLoss(loss))),
    delayInflation: Math.max(...shapes.map(inflationOfDelay)),
    heldUpRatio: shaper === 'netem' ? 0 : heldUpRatio(there, spacingMs),
    queueMsMax:
      drainMs(shapes[0], network, from) +
      drainMs(shapes[1], network, to) +
      downDrainMs(network, to) +
      downDrainMs(network, from),
  };
}

/** Whether loss is asked for in either direction. */
export function hasLoss({ there, back }: PairTraits): boolean {
  return there.lossRatio > 0 || back.lossRatio > 0;
}

/**
 * Variance of the number lost over that of independent losses of the same ratio:
 * 1 + 2 * sum of the autocorrelations, which for two states decay as (1 - enter - leave)^lag
 * (Hasslinger and Hohlfeld, 2008).
 */
export function inflationOfLoss(loss: LossShape): number {
  if (loss.kind !== 'gilbert-elliott') return 1;
  const { enterBadRatio, leaveBadRatio, badLossRatio, goodLossRatio } = loss;
  const moves = enterBadRatio + leaveBadRatio;
  const mean = meanLossRatio(loss);
  if (moves === 0 || mean <= 0 || mean >= 1) return 1;
  const stateVariance =
    ((enterBadRatio * leaveBadRatio) / moves ** 2) * (badLossRatio - goodLossRatio) ** 2;
  const stays = 1 - moves;
  // Negative correlation would make samples count for more than they are: that is not claimed.
  return Math.max(1, 1 + (2 * stateVariance * (stays / moves)) / (mean * (1 - mean)));
}

function shapeOf(state: NetworkState, from: number, to: number): LinkShape {
  const link = state.links.find((one) => one.from === from && one.to === to);
  if (link === undefined) throw new Error(`Broken invariant: no link from ${from} to ${to}`);
  return link.shape;
}

/** Whole range of a bounded delay, central 99 % of the others. */
function rangeMs({ delay, reorders }: LinkShape): number {
  if (reorders) return 0;
  const isBounded = delay.distribution === 'fixed' || delay.distribution === 'uniform';
  const tail = isBounded ? 0 : 0.005;
  return delayQuantileMs(delay, 1 - tail) - delayQuantileMs(delay, tail);
}

function queueSpacingMs({ delay, queuePackets }: LinkShape): number {
  return delayQuantileMs(delay, 0.995) / (QUEUE_SHARE * queuePackets);
}

/** A node is probed towards every region at once, over one access link. */
function rateSpacingMs({ regions }: CellNetwork, { rateBitsPerSec }: ExpectedPair): number {
  if (rateBitsPerSec === null) return 0;
  return ((regions.length * PROBE_BITS) / (RATE_SHARE * rateBitsPerSec)) * 1000;
}

function accessMs({ regions }: CellNetwork, region: number): number {
  const { upBitsPerSec = null, downBitsPerSec = null } = regions[region] ?? {};
  return [upBitsPerSec, downBitsPerSec].reduce<number>(
    (sum, rate) => sum + (rate === null ? 0 : (PROBE_BITS / rate) * 1000),
    0,
  );
}

/**
 * A corrupted packet is lost where the flipped bit is noticed, and of a doubled one a copy may
 * get through, so with either of them the share is known only to lie in a range.
 */
function roundTripLoss(shapes: readonly LinkShape[]): RatioRange {
  const doubled = shapes.map(({ duplicateRatio }) => 1 - duplicateRatio);
  const spared = doubled.reduce((product, share) => product * share, 1);
  const arrives = (ratioOf: (shape: LinkShape) => number): number =>
    shapes.reduce((product, shape) => product * (1 - ratioOf(shape)), 1);
  const low = 1 - arrives(({ loss }) => meanLossRatio(loss) * spared);
  const high = 1 - arrives(({ loss, corruptRatio }) => either(meanLossRatio(loss), corruptRatio));
  return { low, high };
}

function either(first: number, second: number): number {
  return 1 - (1 - first) * (1 - second);
}

/** Of an autoregressive series of first order. */
function inflationOfDelay({ delay }: LinkShape): number {
  const { correlationRatio, jitterMs } = delay;
  if (jitterMs === 0 || correlationRatio <= 0) return 1;
  const bounded = Math.min(correlationRatio, 0.99);
  return (1 + bounded) / (1 - bounded);
}

/** TCP waits at least this long before it sends again what was lost (Linux: TCP_RTO_MIN). */
const RETRANSMIT_MS = 200;

/**
 * In userspace a loss delays: the lost frame itself, and those that follow it until it is there.
 */
function heldUpRatio({ roundTripLossRatio, rttMedianMs }: ExpectedPair, spacingMs: number): number {
  const followers = Math.ceil((RETRANSMIT_MS + rttMedianMs) / spacingMs);
  return 1 - (1 - roundTripLossRatio) ** (1 + followers);
}

/** A queue drains at the rate of its link, or at its share of the access link, whichever is less. */
function drainMs(
  { rateBitsPerSec, queuePackets }: LinkShape,
  { regions }: CellNetwork,
  from: number,
): number {
  const up = regions[from]?.upBitsPerSec ?? Number.POSITIVE_INFINITY;
  const slowest = Math.min(rateBitsPerSec ?? Number.POSITIVE_INFINITY, up / regions.length);
  return ((queuePackets * PACKET_BITS) / slowest) * 1000;
}

function downDrainMs({ regions }: CellNetwork, to: number): number {
  const down = regions[to]?.downBitsPerSec ?? null;
  return down === null ? 0 : ((downQueueBytes(down) * 8) / down) * 1000;
}
