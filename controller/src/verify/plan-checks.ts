import type { CellNetwork, NetworkState } from '../model/network.ts';
import { rateProbeMsMin, rateRounds, roundsMs, thinOut } from '../shape/rate-rounds.ts';
import type { RateProbe, RoundTripProbe, Shaper } from '../shape/shaper.ts';
import {
  type DraftedRate,
  describePairs,
  draftAll,
  draftNodes,
  EXTRA_SHARE,
  type RegionPair,
} from './draft-checks.ts';
import { hasLoss, type PairTraits } from './pair-traits.ts';
import { burstWanted, lastAnswerMs, medianHalfWidthMs, planBursts } from './probe-sizes.ts';

/**
 * What to measure of a network, and between which of its nodes, so that every pair of regions is
 * measured within a bounded time and the samples do not disturb each other. Pure: the same seed
 * gives the same plan.
 */
export interface ChecksRequest {
  readonly network: CellNetwork;
  readonly state: NetworkState;
  readonly shaper: Shaper['kind'];
  readonly seed: number;
  /** Only what concerns these nodes, towards one node of each region; null = everything. */
  readonly nodes: readonly number[] | null;
  readonly bounds: ProbeBounds;
  /** Nodes that are down as planned, and nobody's partner; none if left out. */
  readonly isAway?: (nodeIndex: number) => boolean;
}

export interface ProbeBounds {
  /** For everything, including a second measurement of what chance put off. */
  readonly budgetMs: number;
  /** What the host of the nodes may be asked to carry. */
  readonly packetsPerSecMax: number;
  readonly streamsMax: number;
  readonly bitsPerSecMax: number;
}

/** The measurement of one pair of regions. */
export interface PairChecks {
  readonly from: number;
  readonly to: number;
  readonly traits: PairTraits;
  /** Side by side; their answers are one sample. */
  readonly roundTrips: readonly RoundTripProbe[];
  /** For nodes that no other probe covers; after the others, since they share queues with them. */
  readonly extra: readonly RoundTripProbe[];
  /** Dense round trips that count losses; empty where none are asked for. */
  readonly bursts: readonly RoundTripProbe[];
  readonly rates: readonly RateProbe[];
  /** A few round trips that must not be answered; null where nothing is cut. */
  readonly cut: RoundTripProbe | null;
}

export interface ChecksPlan {
  readonly pairs: readonly PairChecks[];
  /** Significance of each single check; see `levelOf`. */
  readonly level: number;
}

/** A verification of a right network may fail with this probability, all its checks together. */
const FAILURE_RATIO_MAX = 0.01;
/** No check is more lenient than at 99 %. */
const LEVEL_MAX = 0.01;

/** The first measurement's part of the budget; the rest is for what has to be measured again. */
const FIRST_PASS_SHARE = 0.66;
/** What each call of the prober takes beside its probes, on a host that is not slow. */
const CALL_MS = 300;
/** A slow host carries fewer rates at a time than it is planned for, and takes longer. */
const RATE_SLACK_MS = 600;
const RTT_SHARE = 1;
const LOSS_SHARE = 1;
const RATE_SHARE = 0.75;
const RTT_BUDGET_SHARE_MAX = 0.4;
/** Sending takes at least this part of a measurement, whatever there is to wait for. */
const SENDING_SHARE_MIN = 0.4;
/** Longer would not make a rate surer, but that of a slow link. */
const RATE_MS_USUAL = 400;
/** Of the time that rates need not have, what makes them longer; a shared link drains longer too. */
const SPARE_SHARE = 0.75;
/** Below that bursts would say nothing. */
const BURSTS_MS_MIN = 500;
/** What is wanted may be missed by this much: a few samples more or less are no reason. */
const ENOUGH_RATIO = 1.1;

/**
 * A check is failed only if it fails twice, on fresh samples, so each of `checks` checks at this
 * level fails with its square: all together with at most 1 %, and each single interval has at
 * least 99 %.
 */
export function levelOf(checks: number): number {
  return Math.min(LEVEL_MAX, Math.sqrt(FAILURE_RATIO_MAX / Math.max(1, checks)));
}

export function planChecks(request: ChecksRequest): ChecksPlan {
  const { bounds, nodes, shaper } = request;
  const described = describePairs(request);
  const needs = needsOf(request, described);
  const besideMs =
    CALL_MS + (needs.loss > 0 ? CALL_MS : 0) + (needs.rate > 0 ? CALL_MS + RATE_SLACK_MS : 0);
  const passMs = bounds.budgetMs * FIRST_PASS_SHARE - besideMs;
  const rttMs = roundTripMs(bounds.budgetMs, passMs, needs);
  const drafts =
    nodes === null ? draftAll(request, described, rttMs) : draftNodes(request, nodes, rttMs);
  const sentMs =
    longestMs(drafts.flatMap(({ roundTrips }) => roundTrips)) +
    longestMs(drafts.flatMap(({ extra }) => extra));
  // What round trips do not need is for the others, in their proportion.
  const leftMs = Math.max(
    SENDING_SHARE_MIN * passMs - sentMs,
    passMs - needs.waitingMs - sentMs,
    0,
  );
  const rated = drafts.flatMap((draft) => draft.rated);
  const takesMs = (chosen: readonly DraftedRate[]): number =>
    roundsMs(rateRounds(chosen, bounds.bitsPerSecMax), shaper);
  const chosen = thinOut(rated, (some) => takesMs(some) <= leftMs - BURSTS_MS_MIN);
  const burstShare = needs.loss / Math.max(1e-9, needs.loss + needs.rate);
  const bursts = planBursts(
    drafts.map(({ traits, roundTrips }) => ({
      traits,
      pairs: nodes === null && hasLoss(traits) ? roundTrips : [],
    })),
    {
      durationMs: Math.max(BURSTS_MS_MIN, Math.min(leftMs * burstShare, leftMs - takesMs(chosen))),
      packetsPerSecMax: bounds.packetsPerSecMax,
    },
  );
  const rates = timeRates(request, chosen, leftMs - longestMs(bursts.flat()));
  const pairs = drafts.map(
    ({ rated: own, ...draft }, index): PairChecks => ({
      ...draft,
      bursts: bursts[index] ?? [],
      rates: own.flatMap((rate) => rates.get(rate) ?? []),
    }),
  );
  return { pairs, level: levelOf(countChecks(pairs, shaper)) };
}

/**
 * Whether the planned samples can be expected to give medians within the tolerance and losses as
 * surely as wanted: if not, more time would make the figures better.
 */
export function tellsEnough({ pairs }: Pick<ChecksPlan, 'pairs'>): boolean {
  const countOf = (probes: readonly RoundTripProbe[]): number =>
    probes.reduce((sum, { count }) => sum + count, 0);
  return pairs.every(({ traits, roundTrips, bursts }) => {
    const isMedianTold =
      roundTrips.length === 0 ||
      medianHalfWidthMs(traits, countOf(roundTrips)) <= ENOUGH_RATIO * traits.toleranceMs;
    const isLossTold = bursts.length === 0 || ENOUGH_RATIO * countOf(bursts) >= burstWanted(traits);
    return isMedianTold && isLossTold;
  });
}

/** What there is to do beside round trips, as shares of time, and the wait for all last answers. */
interface Needs {
  readonly loss: number;
  readonly rate: number;
  readonly waitingMs: number;
}

function needsOf(
  { state, network, nodes, shaper }: ChecksRequest,
  pairs: readonly RegionPair[],
): Needs {
  const isWhole = nodes === null;
  const isLossy = isWhole && state.links.some(({ shape }) => shape.loss.kind !== 'none');
  const isRated =
    isWhole &&
    (state.links.some(({ shape }) => shape.rateBitsPerSec !== null) ||
      network.regions.some((one) => one.upBitsPerSec !== null || one.downBitsPerSec !== null));
  const lastMs = Math.max(0, ...pairs.map(({ traits }) => lastAnswerMs(traits, shaper)));
  return {
    loss: isLossy ? LOSS_SHARE : 0,
    rate: isRated ? RATE_SHARE : 0,
    // Round trips, those of nodes that have a turn of their own, and bursts.
    waitingMs: lastMs * (isLossy ? 3 : 2),
  };
}

/** How long round trips may be sent, the turn of uncovered nodes apart. */
function roundTripMs(budgetMs: number, passMs: number, { loss, rate, waitingMs }: Needs): number {
  const sendingMs = Math.max(SENDING_SHARE_MIN * passMs, passMs - waitingMs);
  const sum = RTT_SHARE * (1 + EXTRA_SHARE) + loss + rate;
  return Math.min(RTT_BUDGET_SHARE_MAX * budgetMs, (sendingMs * RTT_SHARE) / sum);
}

/** How long the longest of some probes sends, in ms. */
function longestMs(probes: readonly RoundTripProbe[]): number {
  return Math.max(0, ...probes.map(({ count, intervalMs }) => count * intervalMs));
}

/** Every round of probes gets its part of the time. */
function timeRates(
  { bounds, shaper }: ChecksRequest,
  chosen: readonly DraftedRate[],
  windowMs: number,
): ReadonlyMap<DraftedRate, RateProbe> {
  const rounds = rateRounds(chosen, bounds.bitsPerSecMax);
  const spareMs = Math.max(0, windowMs - roundsMs(rounds, shaper));
  const longerMs = Math.round((SPARE_SHARE * spareMs) / Math.max(1, rounds.length));
  return new Map(
    chosen.map((rate) => {
      const { boundBy: _, ...probe } = rate;
      const leastMs = rateProbeMsMin(rate.rateBitsPerSec, shaper);
      return [
        rate,
        { ...probe, durationMs: Math.max(leastMs, Math.min(RATE_MS_USUAL, leastMs + longerMs)) },
      ];
    }),
  );
}

/** Median, range and loss of each pair of regions, each node pair's own median, rates and cuts. */
function countChecks(pairs: readonly PairChecks[], shaper: Shaper['kind']): number {
  const lossesEach = shaper === 'userspace' ? 2 : 1;
  const lossy = pairs.filter(({ bursts }) => bursts.length > 0);
  const ratios = lossy.flatMap(({ traits: { there, back } }) => [there, back]);
  // Of all links with one loss together; more than there are where losses come in several kinds.
  const pools = new Set(ratios.map((one) => `${one.lossRatio} ${one.roundTripLossRatio}`)).size;
  return pairs.reduce(
    (sum, { roundTrips, extra, rates, cut }) =>
      sum +
      (roundTrips.length > 0 ? 3 : 0) +
      (roundTrips.length > 1 ? roundTrips.length : 0) +
      extra.length +
      rates.length +
      (cut === null ? 0 : 1),
    pools + lossesEach * lossy.length,
  );
}
