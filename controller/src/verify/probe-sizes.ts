import type { RoundTripProbe, Shaper } from '../shape/shaper.ts';
import type { ProbeBounds } from './checks-plan.ts';
import type { NodePair } from './choose-pairs.ts';
import { STREAM_MIN } from './fit-time.ts';
import { hasLoss, type PairTraits } from './pair-traits.ts';

/** How many probes the checks of a network need, and how fast they may be sent. Pure. */

/** Standard normal quantile of a two-sided interval of 99 %. */
const Z_99 = 2.58;
const ROUND_TRIPS_MIN = 40;
const ROUND_TRIPS_MAX = 400;

/**
 * Expected half width of the 99 % interval of the median after some round trips. Two uniform delays
 * add up to a triangle of half width h, whose density at the median is 1 / h, so the median of n
 * has the standard error h / (2 sqrt(n)).
 */
export function medianHalfWidthMs({ there }: PairTraits, samples: number): number {
  const halfRangeMs = (there.rttHighMs - there.rttLowMs) / 2;
  return (Z_99 * halfRangeMs) / (2 * Math.sqrt(samples));
}

/** Round trips after which that is about as wide as the tolerance on each side. */
export function roundTripsWanted(traits: PairTraits): number {
  const wanted = (medianHalfWidthMs(traits, 1) / traits.toleranceMs) ** 2;
  return Math.ceil(Math.min(ROUND_TRIPS_MAX, Math.max(ROUND_TRIPS_MIN, wanted)));
}

const WINDOW_MS_MIN = 500;
const INTERVAL_MS_MAX = 50;
/** Round trips may take this share of what a host can carry: they must not wait for it. */
const ROUND_TRIP_LOAD = 0.25;

/** How long round trips are sent, and how closely by each node pair at most. */
export interface Sending {
  readonly windowMs: number;
  readonly intervalMsMin: number;
}

/**
 * As long as the slowest pair of regions needs, and not longer than there is time.
 * @param pairs with the round trips wanted of each, and between how many node pairs they can be
 */
export function roundTripWindowMs(
  pairs: readonly {
    readonly traits: PairTraits;
    readonly wanted: number;
    readonly possible: number;
  }[],
  windowMsMax: number,
  { packetsPerSecMax, streamsMax }: Pick<ProbeBounds, 'packetsPerSecMax' | 'streamsMax'>,
): Sending {
  const possible = pairs.reduce((sum, pair) => sum + pair.possible, 0);
  // A round trip is two packets.
  const intervalMsMin =
    (2 * Math.min(Math.max(streamsMax, pairs.length), possible) * 1000) /
    (ROUND_TRIP_LOAD * packetsPerSecMax);
  const needed = pairs.map(
    ({ traits, wanted, possible: streams }) =>
      Math.ceil(wanted / streams) * Math.max(traits.spacingMs, intervalMsMin),
  );
  const windowMs = Math.min(windowMsMax, Math.max(WINDOW_MS_MIN, ...needed));
  return { windowMs, intervalMsMin };
}

/**
 * A range too wide to be sampled in time is sampled more densely; the tolerance allows for it.
 * @param wanted of each node pair, if that is known to be more than the least
 */
export function roundTripsEach(
  traits: PairTraits,
  { windowMs, intervalMsMin }: Sending,
  wanted = 0,
): Omit<RoundTripProbe, 'fromNode' | 'toNode'> {
  const densestMs = Math.min(Math.max(traits.spacingMs, intervalMsMin), windowMs / STREAM_MIN);
  const intervalMs = Math.max(
    densestMs,
    Math.min(INTERVAL_MS_MAX, windowMs / Math.max(wanted, ROUND_TRIPS_MIN)),
  );
  const count = Math.max(STREAM_MIN, Math.floor(windowMs / intervalMs));
  return { count, intervalMs, timeoutMs: patienceMs(traits) };
}

const CUT_ROUND_TRIPS = 8;
const CUT_INTERVAL_MS = 20;

/** As long as an answer would take if there was one. */
export function cutProbe(pair: NodePair, { there }: PairTraits): RoundTripProbe {
  const timeoutMs = Math.ceil(1.2 * there.rttHighMs) + 100;
  return { ...pair, count: CUT_ROUND_TRIPS, intervalMs: CUT_INTERVAL_MS, timeoutMs };
}

/** Long enough for a round trip that is half as long again as any that is right. */
export function patienceMs({ there, queueMsMax, heldUpRatio }: PairTraits): number {
  const resentMs = heldUpRatio > 0 ? 2_000 : 0;
  const wantedMs = 1.5 * there.rttHighMs + 200 + resentMs + Math.min(queueMsMax, 1_000);
  return Math.ceil(Math.min(10_000, Math.max(400, wantedMs)));
}

/**
 * After the last request, until the last answer as a rule. Where packets get lost, that may be one
 * that never comes; under userspace, one that was held up.
 */
export function lastAnswerMs(traits: PairTraits, shaper: Shaper['kind']): number {
  const { there } = traits;
  if (!hasLoss(traits)) return there.rttHighMs;
  return shaper === 'netem' ? patienceMs(traits) : there.rttHighMs + HELD_UP_MS;
}

/** One retransmission, and what waits behind it (docs/node-contract.md). */
const HELD_UP_MS = 500;

/** Losses to be expected in a burst, so that five times as many or a fifth stand out. */
const LOSSES_WANTED = 12;
const BURST_MIN = 500;
/** At 0.1 % in each direction this has 6 losses; at 0.5 % it has 30. */
const BURST_MAX = 3_000;
/** Dependent losses tell less; this many times more probes make up for it, at most. */
const INFLATION_MAX = 4;
/** What a node accepts in one request (contract: probeSchema). */
const COUNT_MAX = 10_000;

/** Round trips of a burst that counts losses. */
export function burstWanted({ there, lossInflation }: PairTraits): number {
  const { lossRatio, roundTripLossRatio } = there;
  const smallest = Math.max(1e-6, lossRatio > 0 ? lossRatio : roundTripLossRatio);
  const wanted = Math.min(BURST_MAX, Math.max(BURST_MIN, LOSSES_WANTED / smallest));
  return Math.ceil(wanted * Math.min(INFLATION_MAX, lossInflation));
}

interface BurstBounds {
  readonly durationMs: number;
  readonly packetsPerSecMax: number;
}

/**
 * Bursts over the node pairs that are probed already, all at once, within a time and a number of
 * packets per second on the host. Where that is not enough for all, all get less.
 * @returns for each entry its bursts; empty for an entry without node pairs
 */
export function planBursts(
  entries: readonly { readonly traits: PairTraits; readonly pairs: readonly RoundTripProbe[] }[],
  { durationMs, packetsPerSecMax }: BurstBounds,
): readonly (readonly RoundTripProbe[])[] {
  const wanted = entries.map(({ traits, pairs }) => (pairs.length === 0 ? 0 : burstWanted(traits)));
  const total = wanted.reduce((sum, count) => sum + count, 0);
  if (total === 0) return entries.map(() => []);
  // A round trip is two packets.
  const affordable = ((packetsPerSecMax / 2) * durationMs) / 1000;
  const scale = Math.min(1, affordable / total);
  const takesMs = Math.min(durationMs, ((total * scale * 2) / packetsPerSecMax) * 1000);
  return entries.map(({ traits, pairs }, index) =>
    spread((wanted[index] ?? 0) * scale, traits, pairs, { takesMs, durationMs }),
  );
}

/** Over as few of the node pairs as can carry it in the time that the bursts take together. */
function spread(
  count: number,
  { burstSpacingMs }: PairTraits,
  pairs: readonly RoundTripProbe[],
  { takesMs, durationMs }: { readonly takesMs: number; readonly durationMs: number },
): readonly RoundTripProbe[] {
  if (pairs.length === 0 || count === 0) return [];
  const eachMax = Math.max(1, Math.floor(durationMs / burstSpacingMs));
  const perStream = Math.max(1, Math.floor(Math.max(takesMs, burstSpacingMs) / burstSpacingMs));
  const used = pairs.slice(0, Math.max(1, Math.ceil(count / perStream)));
  const each = Math.min(COUNT_MAX, eachMax, Math.ceil(count / used.length));
  const intervalMs = Math.max(burstSpacingMs, Math.min(takesMs, durationMs) / each);
  return used.map(({ fromNode, toNode, timeoutMs }) => ({
    fromNode,
    toNode,
    count: each,
    intervalMs,
    timeoutMs,
  }));
}
